// SPDX-License-Identifier: BSL-1.0
#include <wali/process/standard_streams.hpp>

#include <wali/sys/fs.hpp>

namespace wali::process {

result<void> occupy_standard_streams() noexcept {
    using abi::OpenFlags;
    for (const BorrowedFd stream : {standard_input(), standard_output(), standard_error()}) {
        if (!is_error(sys::fcntl(stream.raw(), abi::bits(abi::FcntlCommand::GETFD), 0))) continue;
        // Input that cannot be read, output that cannot be written. The lowest free number is the stream's.
        const OpenFlags access = stream == standard_input() ? OpenFlags::WRONLY : OpenFlags::RDONLY;
        const long raw = sys::openat(current_directory().raw(), "/dev/null", abi::bits(access), 0);
        if (is_error(raw)) return Error::of_raw(Call::openat, raw);
    }
    return success();
}

}  // namespace wali::process
