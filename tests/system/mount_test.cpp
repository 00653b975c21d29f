// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/is_error.hpp>
#include <support/leaves_nothing.hpp>
#include <support/temporary_directory.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/file_system_status.hpp>
#include <wali/fs/mount_list.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/fs/working_directory.hpp>
#include <wali/system/file_system_context.hpp>
#include <wali/system/mount.hpp>
#include <wali/system/mounting.hpp>

using test::is_error;
using wali::Call;
using wali::Errno;
using wali::File;
using wali::FileSystemContext;
using wali::Mount;
using wali::MountAttributes;
using wali::MountFlags;
using wali::MountPropagation;
using wali::Namespaces;
using wali::UmountFlags;

namespace {

wali::result<Mount> make_tmpfs() {
    WALI_TRY(const FileSystemContext context, FileSystemContext::open("tmpfs"));
    WALI_TRY(context.set("size", "64k"));
    WALI_TRY(context.set("mode", "0750"));
    WALI_TRY(context.create());
    return context.mount(MountAttributes::NOSUID | MountAttributes::NODEV_);
}

/// "type options" of the mount that was made last at a folder.
wali::result<std::string> mounted_at(const std::string& folder) {
    std::array<char, 4096> buffer;
    WALI_TRY(auto mounts, wali::MountList::open(buffer));
    std::string found = "nothing";
    for (;;) {
        WALI_TRY(const wali::MountEntry* const mount, mounts.next());
        if (mount == nullptr) return found;
        if (mount->point.ends_with("/" + folder)) found = std::string(mount->type) + " " + std::string(mount->options);
    }
}

}  // namespace

TEST_CASE("a file system is set up, used before anybody sees it, and attached") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("at")));
    const std::string at = dir.path("at");
    test::in_own_namespaces(Namespaces::MOUNT, [&]() -> wali::result<bool> {
        {
            WALI_TRY(const Mount mount, make_tmpfs());
            WALI_TRY(const File file, File::open_at(mount, "file", wali::OpenFlags::WRONLY | wali::OpenFlags::CREAT));
            WALI_TRY(file.write_all("early"));
            WALI_TRY(const std::string before, mounted_at(at));
            if (before != "nothing") return false;
            WALI_TRY(mount.attach(at));
        }
        WALI_TRY(const std::string text, wali::fs::read_file<std::string>(at + "/file", 100));
        WALI_TRY(const std::string now, mounted_at(at));
        WALI_TRY(const wali::FileStatus status, wali::fs::status(at));
        WALI_TRY(wali::system::unmount(at));
        WALI_TRY(const std::string after, mounted_at(at));
        return text == "early" && now == "tmpfs rw,nosuid,nodev,relatime" && after == "nothing" &&
               status.permissions() == wali::Permissions{0750};
    });
}

TEST_CASE("a FileSystemContext says what was wrong") {
    test::in_own_namespaces(Namespaces::MOUNT, []() -> wali::result<bool> {
        WALI_TRY(const FileSystemContext context, FileSystemContext::open("tmpfs"));
        std::array<char, 256> room;
        if (!is_error(context.set("nonsense"), Errno::INVAL, Call::fsconfig)) return false;
        WALI_TRY(const std::string_view message, context.message(room));
        return message == "e tmpfs: Unknown parameter 'nonsense'" &&
               is_error(context.message(room), Errno::NODATA, Call::read) &&
               is_error(context.set("size", "many"), Errno::INVAL, Call::fsconfig) &&
               is_error(context.set("size", wali::standard_input()), Errno::INVAL, Call::fsconfig) &&
               is_error(context.message(std::span(room).first(3)), Errno::MSGSIZE, Call::read) &&
               is_error(context.mount({}), Errno::INVAL, Call::fsmount) &&
               is_error(FileSystemContext::open("no such kind"), Errno::NODEV_, Call::fsopen);
    });
}

TEST_CASE("a mounted file system is picked and reconfigured") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("at")));
    const std::string at = dir.path("at");
    test::in_own_namespaces(Namespaces::MOUNT, [&]() -> wali::result<bool> {
        WALI_TRY(wali::system::mount("tmpfs", at, {.data = "size=64k"}));
        WALI_TRY(const FileSystemContext context, FileSystemContext::pick(at));
        WALI_TRY(context.set("size", "128k"));
        WALI_TRY(context.reconfigure());
        WALI_TRY(const wali::FileSystemStatus status, wali::fs::file_system_status(at));
        return status.capacity() == 128 << 10;
    });
}

TEST_CASE("a copy of a mount is read-only while the original is not, and gone when nobody attaches it") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("from")));
    REQUIRE(wali::fs::make_directory(dir.path("to")));
    const std::string from = dir.path("from");
    const std::string to = dir.path("to");
    test::in_own_namespaces(Namespaces::MOUNT, [&]() -> wali::result<bool> {
        WALI_TRY(wali::system::mount("tmpfs", from));
        WALI_TRY(wali::fs::make_directory(from + "/inner"));
        WALI_TRY(wali::system::mount("tmpfs", from + "/inner"));
        WALI_TRY(wali::fs::write_file(from + "/inner/deep", "deep"));
        WALI_TRY(const Mount dropped, Mount::copy(from));
        if (!is_error(wali::fs::status_at(dropped, "inner/deep"), Errno::NOENT, Call::newfstatat)) return false;

        WALI_TRY(const Mount tree, Mount::copy_tree(from));
        WALI_TRY(tree.change({.set = MountAttributes::RDONLY | MountAttributes::NOATIME,
                              .clear = MountAttributes::ATIME_MASK,
                              .propagation = MountPropagation::PRIVATE,
                              .tree = true}));
        WALI_TRY(tree.attach(to));
        WALI_TRY(wali::fs::write_file(from + "/inner/more", "more"));
        WALI_TRY(const std::string text, wali::fs::read_file<std::string>(to + "/inner/more", 100));
        WALI_TRY(const std::string now, mounted_at(to));
        return text == "more" && now == "tmpfs ro,noatime" &&
               is_error(wali::fs::write_file(to + "/inner/more", "x"), Errno::ROFS, Call::openat) &&
               is_error(tree.change({.set = static_cast<MountAttributes>(1U << 30)}), Errno::INVAL,
                        Call::mount_setattr) &&
               is_error(Mount::copy(from + "/none"), Errno::NOENT, Call::open_tree) && Mount::open(to);
    });
}

TEST_CASE("mounts by path: bound, made read-only, moved, shared and unmounted") {
    const test::TemporaryDirectory dir;
    for (const char* name : {"a", "b", "c"}) REQUIRE(wali::fs::make_directory(dir.path(name)));
    const std::string a = dir.path("a");
    const std::string b = dir.path("b");
    const std::string c = dir.path("c");
    test::in_own_namespaces(Namespaces::MOUNT, [&]() -> wali::result<bool> {
        WALI_TRY(wali::system::mount("tmpfs", a, {.source = "named", .flags = MountFlags::NOEXEC}));
        WALI_TRY(wali::fs::make_directory(a + "/on"));
        WALI_TRY(wali::system::bind_mount(a, b));
        WALI_TRY(wali::system::remount(b, MountFlags::RDONLY | MountFlags::NOEXEC));
        if (WALI_TRY_VALUE(mounted_at(b)) != "tmpfs ro,noexec,relatime") return false;
        if (!is_error(wali::fs::write_file(b + "/file", "x"), Errno::ROFS, Call::openat)) return false;
        WALI_TRY(wali::fs::write_file(a + "/file", "x"));
        WALI_TRY(wali::system::unmount(b));

        // What is mounted below a shared mount is below its peers, too.
        WALI_TRY(wali::system::set_propagation(a, MountPropagation::SHARED));
        WALI_TRY(wali::system::bind_mount_tree(a, b));
        WALI_TRY(wali::system::mount("tmpfs", a + "/on"));
        WALI_TRY(wali::fs::write_file(a + "/on/seen", "x"));
        WALI_TRY(wali::fs::status(b + "/on/seen"));
        WALI_TRY(wali::system::set_propagation_of_tree(b, MountPropagation::PRIVATE));
        WALI_TRY(wali::system::move_mount(b, c));
        WALI_TRY(wali::fs::status(c + "/on/seen"));

        WALI_TRY(const wali::Directory busy, wali::Directory::open(c + "/on"));
        return is_error(wali::system::unmount(c + "/on"), Errno::BUSY, Call::umount2) &&
               wali::system::unmount(c + "/on", UmountFlags::DETACH) &&
               is_error(wali::system::unmount(b), Errno::INVAL, Call::umount2) &&
               is_error(wali::system::mount("no such kind", b), Errno::NODEV_, Call::mount) &&
               is_error(wali::system::mount("tmpfs", b, {.data = "nonsense"}), Errno::INVAL, Call::mount) &&
               is_error(wali::system::mount("tmpfs", b, {.flags = MountFlags::BIND}), Errno::INVAL, Call::mount);
    });
}

TEST_CASE("another root takes the place of the old one") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::make_directory(dir.path("root")));
    const std::string root = dir.path("root");
    test::in_own_namespaces(Namespaces::MOUNT, [&]() -> wali::result<bool> {
        WALI_TRY(wali::system::mount("tmpfs", root));
        WALI_TRY(wali::fs::write_file(root + "/here", "new"));
        WALI_TRY(wali::fs::change_directory(root));
        WALI_TRY(wali::system::pivot_root(".", "."));
        WALI_TRY(wali::system::unmount(".", UmountFlags::DETACH));
        WALI_TRY(wali::fs::change_directory("/"));
        WALI_TRY(const std::string text, wali::fs::read_file<std::string>("/here", 100));
        return text == "new" && is_error(wali::fs::status("/proc"), Errno::NOENT, Call::newfstatat);
    });
}
