// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/directory_entries.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::RenameFlags;
using abi::ResolveFlags;

/// An open directory from which only what is below it can be reached, whatever path it is given.
///
///     WALI_TRY(const auto site, wali::Directory::open("/srv/www"));
///     WALI_TRY(const auto page, site.open_file(name_from_the_network));    // never a file of elsewhere: Errno::XDEV
///
/// A path that begins with a slash, that leaves by `..`, or that meets a symbolic link which does either, is refused
/// with Errno::XDEV, also while others rename directories at the same time. Symbolic links that stay below are
/// followed. The kernel watches over that: openat2(2), tier named, Linux 5.6. Where that call is missing
/// (Errno::NOSYS, or PERM in a container that does not know it), each component is opened on its own, by openat(2),
/// which refuses more: `..` (XDEV) and every symbolic link (LOOP).
///
/// Functions about a name, such as make_directory(), open the directory that the name is in and then make their call
/// there, of tier spec, which follows no link at the end of the path; without a slash in the path it is that one call.
/// Slashes at the end are ignored. EINTR comes back from opening alone. Threads may share a Directory, but for its list
/// of names.
class Directory : public Descriptor<Directory> {
  public:
    Directory() noexcept = default;

    /// openat(2), tier spec, from the current directory: `path` is the program's own and may lead anywhere.
    static result<Directory> open(PathView path) noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_descriptor<Directory>(
                Call::openat, sys::openat(current_directory().raw(), text,
                                          abi::bits(OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::CLOEXEC), 0));
        });
    }

    /// How open_file() opens.
    struct FileOptions {
        OpenFlags flags = OpenFlags::RDONLY;                  ///< CLOEXEC is always added
        Permissions permissions = File::default_permissions;  ///< of a new file, before the umask takes bits away
        ResolveFlags resolve = ResolveFlags::BENEATH;  ///< always added; more limits: NO_SYMLINKS, ...; or IN_ROOT
    };
    /// openat2(2). AGAIN is retried unless CACHED is asked for. Where the call is missing, a limit that opening
    /// each component does not keep is Errno::NOSYS: NO_XDEV, IN_ROOT, CACHED.
    result<File> open_file(PathView path, const FileOptions& options) const noexcept;
    result<File> open_file(PathView path) const noexcept { return open_file(path, FileOptions()); }
    /// Opens for writing, making the file or emptying it.
    result<File> create_file(PathView path, Permissions permissions = File::default_permissions) const noexcept {
        return open_file(path, {OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, permissions});
    }

    /// The same for a directory below.
    result<Directory> open_directory(PathView path, ResolveFlags resolve = ResolveFlags::BENEATH) const noexcept;

    /// mkdirat(2): for the owner alone unless `permissions` say otherwise.
    result<void> make_directory(PathView path, Permissions permissions = Permissions::RWXU) const noexcept;

    /// unlinkat(2): a name that is no directory's (ISDIR), and an empty directory (NOTEMPTY, NOTDIR).
    result<void> remove(PathView path) const noexcept;
    result<void> remove_directory(PathView path) const noexcept;

    /// Removes what has the name, with all that is in it: see fs::remove_tree_at. Allocates.
    result<void> remove_tree(PathView path) const;

    /// renameat2(2), into `new_directory`, which may be the same: replaces what has the new name, unless
    /// NOREPLACE (EXIST); EXCHANGE gives each the other's name. XDEV also between file systems.
    result<void> rename(PathView old_path, const Directory& new_directory, PathView new_path,
                        RenameFlags flags = RenameFlags{}) const noexcept;

    /// linkat(2): one more name for a file; a symbolic link is not followed. XDEV also between file systems.
    result<void> link(PathView old_path, const Directory& new_directory, PathView new_path) const noexcept;

    /// symlinkat(2): `target` may be anything; what leads elsewhere is not followed by a Directory.
    result<void> symlink(PathView target, PathView path) const noexcept;

    /// readlinkat(2): where a symbolic link points, as much as fits in `buffer`: one that is full may have
    /// less than all. INVAL for what is no link.
    result<std::string_view> read_link(PathView path, std::span<char> buffer WALI_LIFETIMEBOUND) const noexcept;

    /// newfstatat(2): of the name itself (link_status), or of what it leads to, which is opened with O_PATH
    /// for that (status).
    result<FileStatus> link_status(PathView path) const noexcept;
    result<FileStatus> status(PathView path) const noexcept;

    /// Its own status: fstat(2), tier spec.
    result<FileStatus> own_status() const noexcept {
        return FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(fd().raw(), out); });
    }

    /// The names in it, read into `buffer`.
    DirectoryEntries entries(MutableBytes buffer WALI_LIFETIMEBOUND) const noexcept WALI_LIFETIMEBOUND {
        return {fd(), buffer};
    }

    /// fsync(2), tier spec: waits until the names made, renamed and removed in it are on the device.
    result<void> sync() const noexcept { return to_result<void>(Call::fsync, sys::fsync(fd().raw())); }
};

namespace detail {
/// What Directory does where openat2 is missing.
result<Fd> open_by_component(BorrowedFd directory, std::string_view path, OpenFlags flags,
                             Permissions permissions) noexcept;
}  // namespace detail

}  // namespace wali
