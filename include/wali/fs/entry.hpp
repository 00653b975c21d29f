// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>

/// Operations on names in directories. A relative path starts at `directory`; current_directory() is the default of the
/// short forms. Each is one system call; none waits for anything but the device, and EINTR does not occur.
/// Overloads, not default arguments: Clang takes the latter for redefined where a file imports and includes this.
WALI_EXPORT namespace wali {
using abi::AtFlags;
using abi::RenameFlags;

/// fstatat(2): follows a symbolic link unless SYMLINK_NOFOLLOW is given. Errors: NOENT, NOTDIR, ACCES, LOOP.
inline result<FileStatus> status_at(BorrowedFd directory, PathView path, AtFlags flags) noexcept {
    if (!path.valid()) return Errno::INVAL;
    return FileStatus::from(
        [&](abi::stat* out) noexcept { return sys::newfstatat(directory.raw(), path.c_str(), out, abi::bits(flags)); });
}
inline result<FileStatus> status_at(BorrowedFd directory, PathView path) noexcept {
    return status_at(directory, path, AtFlags{});
}

/// mkdirat(2), for the owner alone unless `mode` says otherwise. Errors: EXIST, NOENT, ACCES.
inline result<void> make_directory_at(BorrowedFd directory, PathView path, Mode mode) noexcept {
    if (!path.valid()) return Errno::INVAL;
    return to_void_result(sys::mkdirat(directory.raw(), path.c_str(), abi::bits(mode)));
}
inline result<void> make_directory_at(BorrowedFd directory, PathView path) noexcept {
    return make_directory_at(directory, path, Mode::RWXU);
}

/// unlinkat(2): removes a name; an empty directory with AtFlags::REMOVEDIR. Errors: NOENT, ISDIR, NOTEMPTY, ACCES.
inline result<void> unlink_at(BorrowedFd directory, PathView path, AtFlags flags) noexcept {
    if (!path.valid()) return Errno::INVAL;
    return to_void_result(sys::unlinkat(directory.raw(), path.c_str(), abi::bits(flags)));
}
inline result<void> unlink_at(BorrowedFd directory, PathView path) noexcept {
    return unlink_at(directory, path, AtFlags{});
}

/// renameat2(2): replaces what has the new name, unless NOREPLACE (then EXIST). XDEV between file systems.
inline result<void> rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory, PathView new_path,
                              RenameFlags flags) noexcept {
    if (!old_path.valid() || !new_path.valid()) return Errno::INVAL;
    return to_void_result(
        sys::renameat2(old_directory.raw(), old_path.c_str(), new_directory.raw(), new_path.c_str(), abi::bits(flags)));
}
inline result<void> rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                              PathView new_path) noexcept {
    return rename_at(old_directory, old_path, new_directory, new_path, RenameFlags{});
}

/// symlinkat(2): makes `path` point to `target`, which need not exist.
inline result<void> symlink_at(PathView target, BorrowedFd directory, PathView path) noexcept {
    if (!target.valid() || !path.valid()) return Errno::INVAL;
    return to_void_result(sys::symlinkat(target.c_str(), directory.raw(), path.c_str()));
}

inline result<FileStatus> status(PathView path) noexcept { return status_at(current_directory(), path); }
inline result<void> make_directory(PathView path, Mode mode) noexcept {
    return make_directory_at(current_directory(), path, mode);
}
inline result<void> make_directory(PathView path) noexcept { return make_directory_at(current_directory(), path); }
inline result<void> unlink(PathView path) noexcept { return unlink_at(current_directory(), path); }
inline result<void> remove_directory(PathView path) noexcept {
    return unlink_at(current_directory(), path, AtFlags::REMOVEDIR);
}
inline result<void> rename(PathView old_path, PathView new_path) noexcept {
    return rename_at(current_directory(), old_path, current_directory(), new_path);
}
inline result<void> symlink(PathView target, PathView path) noexcept {
    return symlink_at(target, current_directory(), path);
}

}  // namespace wali
