// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/mount.hpp>
#include <wali/system/mount_flags.hpp>

WALI_EXPORT namespace wali {
/// What system::mount is given besides the kind of file system and the place.
struct MountOptions {
    PathView source = "none";  ///< a device, or what the file system makes of it
    MountFlags flags{};        ///< such as NOSUID, NODEV_, NOEXEC, RDONLY
    PathView data = "";        ///< options of the file system: "size=64k,mode=0700"
};
}  // namespace wali

/// Mounts of the caller's mount namespace, by paths: see mount_namespaces(7). They need CAP_SYS_ADMIN in it (PERM),
/// which root of a user namespace has in a mount namespace made with it. By descriptors, and so that nobody sees one
/// before it is ready, see FileSystemContext and Mount; what is mounted where says MountList. EINTR does not occur.
WALI_EXPORT namespace wali::system {
namespace detail {
inline result<void> mount(PathView source, PathView target, const char* type, MountFlags flags,
                          const char* data) noexcept {
    return source.with_c_str([&](const char* from) noexcept {
        return target.with_c_str([&](const char* to) noexcept {
            return to_result<void>(Call::mount, sys::mount(from, to, type, abi::bits(flags), data));
        });
    });
}
}  // namespace detail

/// mount(2), tier named: a file system of a kind, such as "tmpfs", at a directory. Errors: NODEV_ (no such kind), BUSY
/// (the device is mounted), NOENT, NOTDIR, INVAL (an option that it does not know, or flags that mean another of these
/// functions).
inline result<void> mount(PathView type, PathView target, const MountOptions& options) noexcept {
    constexpr MountFlags others = MountFlags::BIND | MountFlags::MOVE | MountFlags::REMOUNT | MountFlags::PRIVATE |
                                  MountFlags::SHARED | MountFlags::SLAVE | MountFlags::UNBINDABLE;
    if (intersects(options.flags, others)) return Error(Errno::INVAL, Call::mount);
    return type.with_c_str([&](const char* kind) noexcept {
        return options.data.with_c_str([&](const char* data) noexcept {
            return detail::mount(options.source, target, kind, options.flags, data);
        });
    });
}
inline result<void> mount(PathView type, PathView target) noexcept { return mount(type, target, MountOptions()); }

/// mount(2) with MS_BIND, tier named: a directory or file is seen at `target`, too; with what is mounted below it
/// (bind_mount_tree) or without. Errors: NOENT, NOTDIR (of only one), INVAL (unbindable, or it would show what a mount
/// of another user hides).
inline result<void> bind_mount(PathView source, PathView target) noexcept {
    return detail::mount(source, target, nullptr, MountFlags::BIND, nullptr);
}
inline result<void> bind_mount_tree(PathView source, PathView target) noexcept {
    return detail::mount(source, target, nullptr, MountFlags::BIND | MountFlags::REC, nullptr);
}

/// mount(2) with MS_REMOUNT and MS_BIND, tier named: gives this mount alone, and not the file system, other flags
/// instead of those that it has: RDONLY, NOSUID, NODEV_, NOEXEC and those of access times. Errors: INVAL (no mount),
/// PERM (one of another user would lose its), BUSY (files are open for writing).
inline result<void> remount(PathView target, MountFlags flags) noexcept {
    return detail::mount("none", target, nullptr, flags | MountFlags::REMOUNT | MountFlags::BIND, nullptr);
}

/// mount(2) with MS_MOVE, tier named: takes a mount to another place. Errors: INVAL (no mount, or on a shared one).
inline result<void> move_mount(PathView source, PathView target) noexcept {
    return detail::mount(source, target, nullptr, MountFlags::MOVE, nullptr);
}

/// mount(2), tier named: whether what happens below a mount (and, of a tree, below all that are on it) happens
/// elsewhere too. INVAL where none is.
inline result<void> set_propagation(PathView target, MountPropagation propagation) noexcept {
    return detail::mount("none", target, nullptr, static_cast<MountFlags>(propagation), nullptr);
}
inline result<void> set_propagation_of_tree(PathView target, MountPropagation propagation) noexcept {
    return detail::mount("none", target, nullptr, static_cast<MountFlags>(propagation) | MountFlags::REC, nullptr);
}

/// umount(2), tier named: takes the topmost mount away. Errors: BUSY (in use, and neither DETACH nor FORCE), INVAL (no
/// mount, or one of another user).
inline result<void> unmount(PathView target, UmountFlags flags) noexcept {
    return target.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::umount2, sys::umount2(text, abi::bits(flags)));
    });
}
inline result<void> unmount(PathView target) noexcept { return unmount(target, UmountFlags{}); }

/// pivot_root(2), tier named: the mount at `new_root` becomes the root, and the old one is found at `old_root`, a
/// directory below it; both may be ".", and then unmount(".", UmountFlags::DETACH) takes the old one away. Go to "/"
/// afterwards. Errors: BUSY, INVAL (no mount, or a shared one).
inline result<void> pivot_root(PathView new_root, PathView old_root) noexcept {
    return new_root.with_c_str([&](const char* root) noexcept {
        return old_root.with_c_str(
            [&](const char* old) noexcept { return to_result<void>(Call::pivot_root, sys::pivot_root(root, old)); });
    });
}

}  // namespace wali::system
