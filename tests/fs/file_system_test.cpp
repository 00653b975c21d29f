// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file_system_status.hpp>
#include <wali/fs/mount_list.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/fs/umask.hpp>
#include <wali/fs/working_directory.hpp>
#include <wali/fs/xattr.hpp>

using wali::Errno;
using wali::File;

TEST_CASE("extended attributes are set, read, listed and removed") {
    const test::TemporaryDirectory dir;
    const std::string path = dir.path("a");
    REQUIRE(wali::fs::write_file(path, ""));
    const auto set = wali::fs::set_xattr(path, "user.one", "first");
    if (!set) {  // a file system without them
        CHECK(set.error() == wali::Error(Errno::OPNOTSUPP, wali::Call::setxattr));
        return;
    }
    const File file = File::open(path).value();
    CHECK(wali::fs::set_xattr(file, "user.two", "second"));
    CHECK(wali::fs::set_xattr(path, "user.one", "x", wali::XattrFlags::CREATE).error() == Errno::EXIST);
    CHECK(wali::fs::set_xattr(file, "user.three", "x", wali::XattrFlags::REPLACE).error() == Errno::NODATA);
    std::string value(16, '\0');
    CHECK(wali::fs::get_xattr(file, "user.one", value).value() == 5);
    CHECK(value.starts_with("first"));
    CHECK(wali::fs::get_xattr(path, "user.two", {}).value() == 6);
    CHECK(wali::fs::get_xattr(path, "user.two", std::span(value).first(2)).error() == Errno::RANGE);
    CHECK(wali::fs::get_link_xattr(path, "user.two", value).value() == 6);
    CHECK(wali::fs::get_xattr(path, "user.three", value).error() == wali::Error(Errno::NODATA, wali::Call::getxattr));

    std::array<char, 256> buffer;
    for (const auto names : {wali::fs::list_xattr(path, buffer), wali::fs::list_xattr(file, buffer),
                             wali::fs::list_link_xattr(path, buffer)}) {
        std::set<std::string> ours;
        for (const std::string_view name : names.value())
            if (name.starts_with("user.")) ours.emplace(name);
        CHECK(ours == std::set<std::string>{"user.one", "user.two"});
    }
    CHECK(wali::fs::list_xattr(path, {}).error() == wali::Error(Errno::RANGE, wali::Call::listxattr));
    CHECK(wali::fs::remove_xattr(path, "user.one"));
    CHECK(wali::fs::remove_xattr(file, "user.two"));
    CHECK(wali::fs::remove_xattr(file, "user.two").error() == Errno::NODATA);
    REQUIRE(wali::fs::symlink("a", dir.path("link")));
    // A link has none of the user's.
    CHECK(wali::fs::set_link_xattr(dir.path("link"), "user.one", "x").error() ==
          wali::Error(Errno::PERM, wali::Call::lsetxattr));
    CHECK(wali::fs::remove_link_xattr(dir.path("link"), "user.one").has_error());
    CHECK(wali::fs::set_xattr(dir.path("link"), "user.one", "x"));
    CHECK(wali::fs::get_xattr(path, "user.one", {}).value() == 1);
}

TEST_CASE("names of attributes are a range") {
    const wali::XattrNames names(std::string_view("a\0bc\0", 5));
    CHECK(std::ranges::equal(names, std::array<std::string_view, 2>{"a", "bc"}));
    CHECK(std::ranges::distance(wali::XattrNames("")) == 0);
    CHECK(std::ranges::distance(wali::XattrNames("unterminated")) == 1);
}

TEST_CASE("a file system tells its kind and its space") {
    const wali::FileSystemStatus proc = wali::fs::file_system_status("/proc").value();
    CHECK(proc.type() == wali::FsMagic::PROC);
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    const wali::FileSystemStatus status = wali::fs::file_system_status(file).value();
    CHECK(status.capacity() > 0);
    CHECK(status.capacity() >= status.free());
    CHECK(status.free() >= status.available());
    CHECK(status.block_size() >= 512);
    CHECK(status.files() >= status.free_files());
    CHECK(status.longest_name() == 255);
    CHECK_FALSE(intersects(status.flags(), wali::StatfsFlags::RDONLY));
    CHECK(wali::fs::file_system_status(dir.path("b")).error() == wali::Error(Errno::NOENT, wali::Call::statfs));
    CHECK(wali::fs::file_system_status(wali::BorrowedFd::from_raw(-1)).error() ==
          wali::Error(Errno::BADF, wali::Call::fstatfs));
}

TEST_CASE("mounts are listed, through a small buffer, too") {
    std::array<char, 16384> buffer;
    std::size_t count = 0;
    bool has_proc = false;
    wali::MountList mounts = wali::MountList::open(buffer).value();
    while (const wali::MountEntry* mount = mounts.next().value()) {
        ++count;
        CHECK(mount->point.starts_with('/'));
        CHECK(mount->id != 0);
        has_proc = has_proc || (mount->type == "proc" && mount->point == "/proc");
    }
    CHECK(count > 0);
    CHECK(has_proc);
}

TEST_CASE("a line of mountinfo is taken apart") {
    const test::TemporaryDirectory dir;
    const std::string path = dir.path("mountinfo");
    REQUIRE(wali::fs::write_file(path,
                                 "36 35 98:1 /a\\040b /mnt\\134c rw,noatime master:1 shared:2 - ext3 /dev/root rw,x=y\n"
                                 "1 1 0:5 / / ro - tmpfs none rw\n"));
    std::array<char, 90> buffer;
    wali::MountList mounts = wali::MountList::open(buffer, path).value();
    const wali::MountEntry* mount = mounts.next().value();
    REQUIRE(mount != nullptr);
    CHECK(mount->id == 36);
    CHECK(mount->parent == 35);
    CHECK(mount->major == 98);
    CHECK(mount->minor == 1);
    CHECK(mount->root == "/a b");
    CHECK(mount->point == "/mnt\\c");
    CHECK(mount->options == "rw,noatime");
    CHECK(mount->type == "ext3");
    CHECK(mount->source == "/dev/root");
    CHECK(mount->super_options == "rw,x=y");
    mount = mounts.next().value();
    REQUIRE(mount != nullptr);
    CHECK(mount->point == "/");
    CHECK(mount->super_options == "rw");
    CHECK(mounts.next().value() == nullptr);

    std::array<char, 40> small;
    CHECK(wali::MountList::open(small, path).value().next().error() == Errno::NOBUFS);
    for (const char* line : {"x 1 0:5 / / ro - tmpfs none rw\n", "1 1 05 / / ro - tmpfs none rw\n", "1 1 0:5 / / ro\n",
                             "1 1 0:5 / / ro - tmpfs none rw"}) {
        REQUIRE(wali::fs::write_file(path, line));
        CHECK(wali::MountList::open(buffer, path).value().next().error() == Errno::BADMSG);
    }
}

TEST_CASE("the working directory is read and changed") {
    const test::TemporaryDirectory dir;
    std::array<char, wali::PathView::capacity> buffer;
    const std::string old(wali::fs::working_directory(buffer).value());
    CHECK(old.starts_with('/'));
    const wali::Directory here = wali::Directory::open(".").value();
    CHECK(wali::fs::change_directory(dir.path(".")));
    CHECK(wali::fs::working_directory(buffer).value().starts_with(old + "/tmp."));
    CHECK(wali::fs::change_directory("no").error() == wali::Error(Errno::NOENT, wali::Call::chdir));
    CHECK(wali::fs::change_directory(here));
    CHECK(wali::fs::working_directory(buffer).value() == old);
    CHECK(wali::fs::working_directory(std::span(buffer).first(2)).error() ==
          wali::Error(Errno::RANGE, wali::Call::getcwd));
}

TEST_CASE("a umask holds until its guard ends") {
    const test::TemporaryDirectory dir;
    const auto permissions_of_new = [&](const char* name) {
        return File::create(dir.path(name), wali::Permissions{0666}).value().status().value().permissions();
    };
    const wali::Permissions before = permissions_of_new("a");
    {
        const wali::ScopedUmask umask(wali::Permissions{0077});
        CHECK(permissions_of_new("b") == wali::Permissions{0600});
        const wali::ScopedUmask inner(wali::Permissions{0});
        CHECK(inner.old() == wali::Permissions{0077});
        CHECK(permissions_of_new("c") == wali::Permissions{0666});
    }
    CHECK(permissions_of_new("d") == before);
}
