// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/sysv.hpp>

#include <wali/abi/structs/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali::ipc {

result<IpcKey> key_of_file(PathView path, u8 project) noexcept {
    abi::stat status{};
    WALI_TRY(path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::newfstatat, sys::newfstatat(current_directory().raw(), text, &status, 0));
    }));
    const u32 key =
        u32{project} << 24 | static_cast<u32>(status.st_dev & 0xff) << 16 | static_cast<u32>(status.st_ino & 0xffff);
    return static_cast<IpcKey>(key);
}

}  // namespace wali::ipc
