// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/mount.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/path.hpp>
#include <wali/sys/mount.hpp>
#include <wali/system/mount_flags.hpp>

WALI_EXPORT namespace wali {
/// What Mount::change changes; the rest stays.
struct MountChange {
    MountAttributes set{};
    /// To choose how access times are kept, clear ATIME_MASK.
    MountAttributes clear{};
    std::optional<MountPropagation> propagation{};
    /// With MountAttributes::IDMAP: the user namespace whose maps give files other owners.
    BorrowedFd user_namespace{};
    bool tree = false;  ///< also of all mounts below it
};

/// A mount by a descriptor: made by FileSystemContext::mount, or a copy of one. It is detached at first: nobody finds
/// it by a path, its files are opened with File::open_at(mount, ...), and when the last descriptor is closed before
/// attach(), it is gone. An attached one stays. Needs CAP_SYS_ADMIN in the mount namespace (PERM). Threads may share
/// it.
class Mount : public Descriptor<Mount> {
  public:
    Mount() noexcept = default;

    /// open_tree(2), tier named: the mount or the directory of one that is at a path, attached as it is.
    static result<Mount> open(PathView path) noexcept { return open_tree(path, 0); }
    /// open_tree(2) with OPEN_TREE_CLONE, tier named: a detached copy, without what is mounted below it (copy) or with
    /// (copy_tree). Errors: NOENT, INVAL (unbindable).
    static result<Mount> copy(PathView path) noexcept { return open_tree(path, abi::bits(abi::OpenTreeFlags::CLONE)); }
    static result<Mount> copy_tree(PathView path) noexcept {
        return open_tree(path,
                         abi::bits(abi::OpenTreeFlags::CLONE) | static_cast<u32>(abi::bits(abi::AtFlags::RECURSIVE)));
    }

    /// move_mount(2), tier named: puts it at a directory, or at a file if it is a file's, where all see it; a symbolic
    /// link at the end of the path is not followed. Errors: NOENT, NOTDIR, BUSY.
    result<void> attach(PathView target) const noexcept {
        return target.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::move_mount, sys::move_mount(fd().raw(), "", current_directory().raw(), text,
                                                                     abi::bits(abi::MoveMountFlags::F_EMPTY_PATH)));
        });
    }

    /// mount_setattr(2), tier named, Linux 5.12: all of it or nothing. Errors: INVAL (not both at once, or what the
    /// file system cannot do), PERM, BUSY (read-only while files are open for writing).
    result<void> change(const MountChange& change) const noexcept {
        const abi::mount_attr attributes{
            .attr_set = abi::bits(change.set),
            .attr_clr = abi::bits(change.clear),
            .propagation = change.propagation ? static_cast<u64>(*change.propagation) : 0,
            .userns_fd = change.user_namespace == BorrowedFd() ? 0 : static_cast<u64>(change.user_namespace.raw())};
        const abi::AtFlags flags =
            change.tree ? abi::AtFlags::EMPTY_PATH | abi::AtFlags::RECURSIVE : abi::AtFlags::EMPTY_PATH;
        return to_result<void>(
            Call::mount_setattr,
            sys::mount_setattr(fd().raw(), "", static_cast<u32>(abi::bits(flags)), &attributes, sizeof attributes));
    }

  private:
    static result<Mount> open_tree(PathView path, u32 flags) noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_descriptor<Mount>(
                Call::open_tree,
                sys::open_tree(current_directory().raw(), text, flags | abi::bits(abi::OpenTreeFlags::CLOEXEC)));
        });
    }
};

}  // namespace wali
