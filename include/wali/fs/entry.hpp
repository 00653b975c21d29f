// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/fs/file_time.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::AccessMode;
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

/// linkat(2), tier spec: one more name for a file. A symbolic link is not followed, it gets a second name itself.
/// Errors: EXIST, XDEV, MLINK, PERM (a directory).
inline result<void> link_at(BorrowedFd old_directory, PathView old_path, BorrowedFd new_directory,
                            PathView new_path) noexcept {
    return old_path.with_c_str([&](const char* old_text) noexcept {
        return new_path.with_c_str([&](const char* new_text) noexcept {
            return to_result<void>(Call::linkat,
                                   sys::linkat(old_directory.raw(), old_text, new_directory.raw(), new_text, 0));
        });
    });
}

/// readlinkat(2), tier spec: where a symbolic link points, as much as fits in `buffer`: one that is full may have less
/// than all. Errors: INVAL (no link, or an empty buffer), NOENT.
inline result<std::string_view> read_link_at(BorrowedFd directory, PathView path,
                                             std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<std::string_view> {
        const long raw = sys::readlinkat(directory.raw(), text, buffer.data(), static_cast<int>(buffer.size()));
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::readlinkat, raw);
        return std::string_view(buffer.data(), static_cast<usize>(raw));
    });
}

/// mknodat(2), tier named: a named pipe.
inline result<void> make_fifo_at(BorrowedFd directory, PathView path, Permissions permissions) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(
            Call::mknodat, sys::mknodat(directory.raw(), text, abi::bits(FileType::FIFO) | abi::bits(permissions), 0));
    });
}

/// fchmodat(2), tier spec: follows a symbolic link. Errors: PERM for who may not, ROFS.
inline result<void> set_permissions_at(BorrowedFd directory, PathView path, Permissions permissions) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::fchmodat, sys::fchmodat(directory.raw(), text, abi::bits(permissions), 0));
    });
}

/// fchownat(2), tier spec: both owner and group; follows a symbolic link unless SYMLINK_NOFOLLOW is given. INVAL for no
/// one's number.
inline result<void> set_owner_at(BorrowedFd directory, PathView path, Uid owner, Gid group, AtFlags flags) noexcept {
    // To the kernel: as it is.
    if (owner == Uid(~0U) || group == Gid(~0U)) return Error(Errno::INVAL, Call::fchownat);
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::fchownat,
                               sys::fchownat(directory.raw(), text, owner.raw(), group.raw(), abi::bits(flags)));
    });
}

/// utimensat(2), tier spec: as File::set_times; follows a symbolic link unless SYMLINK_NOFOLLOW is given.
inline result<void> set_times_at(BorrowedFd directory, PathView path, FileTime accessed, FileTime modified,
                                 AtFlags flags) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        const abi::timespec times[2] = {accessed.raw(), modified.raw()};
        return to_result<void>(Call::utimensat, sys::utimensat(directory.raw(), text, times, abi::bits(flags)));
    });
}

/// faccessat2(2), tier spec: whether the process may do all of `mode`: Errno::ACCES if not. By the real user and group,
/// or with EACCESS by those that open() goes by. An answer for people: by the time of opening it may be another.
inline result<void> access_at(BorrowedFd directory, PathView path, AccessMode mode, AtFlags flags) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::faccessat2,
                               sys::faccessat2(directory.raw(), text, abi::bits(mode), abi::bits(flags)));
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
inline result<void> link(PathView old_path, PathView new_path) noexcept {
    return link_at(current_directory(), old_path, current_directory(), new_path);
}
inline result<std::string_view> read_link(PathView path, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    return read_link_at(current_directory(), path, buffer);
}
inline result<void> make_fifo(PathView path, Permissions permissions) noexcept {
    return make_fifo_at(current_directory(), path, permissions);
}
inline result<void> set_permissions(PathView path, Permissions permissions) noexcept {
    return set_permissions_at(current_directory(), path, permissions);
}
inline result<void> set_owner(PathView path, Uid owner, Gid group) noexcept {
    return set_owner_at(current_directory(), path, owner, group, AtFlags{});
}
inline result<void> set_times(PathView path, FileTime accessed, FileTime modified) noexcept {
    return set_times_at(current_directory(), path, accessed, modified, AtFlags{});
}
inline result<void> access(PathView path, AccessMode mode) noexcept {
    return access_at(current_directory(), path, mode, AtFlags{});
}

}  // namespace wali::fs
