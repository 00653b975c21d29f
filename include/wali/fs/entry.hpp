// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::AtFlags;
using abi::RenameFlags;
}  // namespace wali

/// Operations on names in directories. A relative path starts at `directory`; current_directory() is the default of the
/// short forms. Each is one system call; none waits for anything but the device, and EINTR does not occur.
/// Overloads, not default arguments: Clang takes the latter for redefined where a file imports and includes this.
WALI_EXPORT namespace wali::fs {
/// newfstatat(2), tier spec: follows a symbolic link unless SYMLINK_NOFOLLOW is given. Errors: NOENT, NOTDIR, ACCES,
/// LOOP.
inline result<FileStatus> status_at(BorrowedFd directory, PathView path, AtFlags flags) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return FileStatus::from(Call::newfstatat, [&](abi::stat* out) noexcept {
            return sys::newfstatat(directory.raw(), text, out, abi::bits(flags));
        });
    });
}
inline result<FileStatus> status_at(BorrowedFd directory, PathView path) noexcept {
    return status_at(directory, path, AtFlags{});
}

/// mkdirat(2), tier spec: for the owner alone unless `permissions` say otherwise. Errors: EXIST, NOENT, ACCES.
inline result<void> make_directory_at(BorrowedFd directory, PathView path, Permissions permissions) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::mkdirat, sys::mkdirat(directory.raw(), text, abi::bits(permissions)));
    });
}
inline result<void> make_directory_at(BorrowedFd directory, PathView path) noexcept {
    return make_directory_at(directory, path, Permissions::RWXU);
}

/// unlinkat(2), tier spec: removes a name that is no directory's. Errors: NOENT, ISDIR, ACCES.
inline result<void> unlink_at(BorrowedFd directory, PathView path) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::unlinkat, sys::unlinkat(directory.raw(), text, 0));
    });
}

/// unlinkat(2) with AT_REMOVEDIR, tier spec: removes an empty directory. Errors: NOENT, NOTDIR, NOTEMPTY, ACCES.
inline result<void> remove_directory_at(BorrowedFd directory, PathView path) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::unlinkat, sys::unlinkat(directory.raw(), text, abi::bits(AtFlags::REMOVEDIR)));
    });
}

/// renameat2(2), tier spec: replaces what has the new name, unless NOREPLACE (then EXIST). XDEV between file systems.
inline result<void> rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory, PathView new_path,
                              RenameFlags flags) noexcept {
    return old_path.with_c_str([&](const char* old_text) noexcept {
        return new_path.with_c_str([&](const char* new_text) noexcept {
            return to_result<void>(Call::renameat2, sys::renameat2(old_directory.raw(), old_text, new_directory.raw(),
                                                                   new_text, abi::bits(flags)));
        });
    });
}
inline result<void> rename_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                              PathView new_path) noexcept {
    return rename_at(old_directory, old_path, new_directory, new_path, RenameFlags{});
}

/// symlinkat(2), tier spec: makes `path` point to `target`, which need not exist. Errors: EXIST, NOENT, ACCES.
inline result<void> symlink_at(PathView target, BorrowedFd directory, PathView path) noexcept {
    return target.with_c_str([&](const char* target_text) noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::symlinkat, sys::symlinkat(target_text, directory.raw(), text));
        });
    });
}

/// The same for paths that start at the current directory.
inline result<FileStatus> status(PathView path) noexcept { return status_at(current_directory(), path); }
inline result<void> make_directory(PathView path, Permissions permissions) noexcept {
    return make_directory_at(current_directory(), path, permissions);
}
inline result<void> make_directory(PathView path) noexcept { return make_directory_at(current_directory(), path); }
inline result<void> unlink(PathView path) noexcept { return unlink_at(current_directory(), path); }
inline result<void> remove_directory(PathView path) noexcept { return remove_directory_at(current_directory(), path); }
inline result<void> rename(PathView old_path, PathView new_path) noexcept {
    return rename_at(current_directory(), old_path, current_directory(), new_path);
}
inline result<void> symlink(PathView target, PathView path) noexcept {
    return symlink_at(target, current_directory(), path);
}

}  // namespace wali::fs
