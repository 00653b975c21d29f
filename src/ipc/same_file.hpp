// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/fs/entry.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

namespace wali::detail {

/// Whether an open file is the one of this status. It must be open: the number of a file that has gone is given to the
/// next one.
inline result<bool> is_same_file(BorrowedFd file, const FileStatus& other) noexcept {
    WALI_TRY(const FileStatus status,
             FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(file.raw(), out); }));
    return status.device() == other.device() && status.inode() == other.inode();
}

/// Whether an open file is what a name in a directory is; a link is not followed.
inline result<bool> is_file_at(BorrowedFd file, BorrowedFd directory, PathView path) noexcept {
    WALI_TRY(const FileStatus named, fs::status_at(directory, path, AtFlags::SYMLINK_NOFOLLOW));
    return is_same_file(file, named);
}

}  // namespace wali::detail
