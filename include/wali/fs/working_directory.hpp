// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

/// Where relative paths start. It is the process's: all threads share it, so a service had better open a Directory.
WALI_EXPORT namespace wali::fs {
/// getcwd(2), tier spec: its path, written to `buffer`, of which PathView::capacity bytes are always enough. Errors:
/// RANGE (a buffer that is too small), NOENT (it has been removed, or lies outside of the process's root).
inline result<std::string_view> working_directory(std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    const long raw = sys::getcwd(buffer.data(), buffer.size());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getcwd, raw);
    if (buffer[0] != '/') return Error(Errno::NOENT, Call::getcwd);
    return std::string_view(buffer.data(), static_cast<usize>(raw) - 1);  // a NUL is behind it
}

/// chdir(2) and fchdir(2), tier spec. Errors: NOENT, NOTDIR, ACCES.
inline result<void> change_directory(PathView path) noexcept {
    return path.with_c_str([](const char* text) noexcept { return to_result<void>(Call::chdir, sys::chdir(text)); });
}
inline result<void> change_directory(BorrowedFd directory) noexcept {
    return to_result<void>(Call::fchdir, sys::fchdir(directory.raw()));
}

}  // namespace wali::fs
