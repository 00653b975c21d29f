// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/tree_removal.hpp>

using wali::Errno;

TEST_CASE("directories are made and removed") {
    const test::TemporaryDirectory dir;
    CHECK(wali::fs::make_directory(dir.path("d")));
    CHECK(wali::fs::make_directory(dir.path("d")).error() == Errno::EXIST);
    CHECK(wali::fs::status(dir.path("d")).value().type() == wali::FileType::DIRECTORY);
    REQUIRE(wali::File::create(dir.path("d/f")));
    CHECK(wali::fs::remove_directory(dir.path("d")).error() == Errno::NOTEMPTY);
    CHECK(wali::fs::unlink(dir.path("d")).error() == Errno::ISDIR);
    CHECK(wali::fs::unlink(dir.path("d/f")));
    CHECK(wali::fs::remove_directory(dir.path("d")));
    CHECK(wali::fs::status(dir.path("d")).error() == Errno::NOENT);
}

TEST_CASE("rename replaces unless told not to") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::File::create(dir.path("a")).value().write_all("a"));
    REQUIRE(wali::File::create(dir.path("b")));
    CHECK(wali::fs::rename_at(wali::current_directory(), dir.path("a"), wali::current_directory(), dir.path("b"),
                              wali::RenameFlags::NOREPLACE)
              .error() == Errno::EXIST);
    CHECK(wali::fs::rename(dir.path("a"), dir.path("b")));
    CHECK(wali::fs::status(dir.path("a")).error() == Errno::NOENT);
    CHECK(wali::fs::status(dir.path("b")).value().size() == 1);
}

TEST_CASE("a symbolic link is followed unless told not to") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::File::create(dir.path("a")));
    CHECK(wali::fs::symlink("a", dir.path("link")));
    CHECK(wali::fs::status(dir.path("link")).value().type() == wali::FileType::REGULAR);
    const auto own = wali::fs::status_at(wali::current_directory(), dir.path("link"), wali::AtFlags::SYMLINK_NOFOLLOW);
    CHECK(own.value().type() == wali::FileType::SYMBOLIC_LINK);
    CHECK(wali::File::open(dir.path("link"), wali::OpenFlags::NOFOLLOW).error() == Errno::LOOP);
}

TEST_CASE("a file has as many names as it is given") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::File::create(dir.path("a")));
    CHECK(wali::fs::link(dir.path("a"), dir.path("b")));
    CHECK(wali::fs::link(dir.path("a"), dir.path("b")).error() == Errno::EXIST);
    CHECK(wali::fs::status(dir.path("b")).value().links() == 2);
    REQUIRE(wali::fs::symlink("a", dir.path("link")));
    std::array<char, 16> buffer;
    CHECK(wali::fs::read_link(dir.path("link"), buffer).value() == "a");
    CHECK(wali::fs::read_link(dir.path("a"), buffer).error() == wali::Error(Errno::INVAL, wali::Call::readlinkat));
}

TEST_CASE("permissions, times and owners are set by name, and access is asked for") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::File::create(dir.path("a")));
    const std::string a = dir.path("a");
    CHECK(wali::fs::set_permissions(a, wali::Permissions{0400}));
    CHECK(wali::fs::status(a).value().permissions() == wali::Permissions{0400});
    CHECK(wali::fs::access(a, wali::AccessMode::READ));
    CHECK(wali::fs::access(a, wali::AccessMode::EXECUTE).error() == Errno::ACCES);
    CHECK(wali::fs::access_at(wali::current_directory(), a, wali::AccessMode::EXISTS, wali::AtFlags::EACCESS));
    CHECK(wali::fs::access(dir.path("b"), wali::AccessMode::EXISTS).error() ==
          wali::Error(Errno::NOENT, wali::Call::faccessat2));
    const wali::RealtimeClock::time_point time(std::chrono::seconds(5));
    CHECK(wali::fs::set_times(a, wali::FileTime::keep(), time));
    CHECK(wali::fs::status(a).value().modified() == time);
    const wali::FileStatus status = wali::fs::status(a).value();
    CHECK(wali::fs::set_owner(a, status.owner(), status.group()));
    CHECK(wali::fs::set_owner(a, wali::Uid(~0U), status.group()).error() ==
          wali::Error(Errno::INVAL, wali::Call::fchownat));
    CHECK(wali::fs::make_fifo(dir.path("fifo"), wali::Permissions{0600}));
    CHECK(wali::fs::status(dir.path("fifo")).value().type() == wali::FileType::FIFO);
}

TEST_CASE("relative names start at the directory that is given, whatever the current one is") {
    namespace fs = wali::fs;
    const test::TemporaryDirectory dir;
    const wali::File at = wali::File::open(dir.path("."), wali::OpenFlags::DIRECTORY).value();
    CHECK(fs::make_directory_at(at, "d"));
    CHECK(fs::symlink_at("d", at, "link"));
    std::array<char, 16> buffer;
    CHECK(fs::read_link_at(at, "link", buffer).value() == "d");
    CHECK(fs::make_fifo_at(at, "fifo", wali::Permissions{0600}));
    CHECK(fs::link_at(at, "fifo", at, "d/other"));
    CHECK(fs::set_permissions_at(at, "d/other", wali::Permissions{0640}));
    const auto epoch = wali::RealtimeClock::time_point{};
    CHECK(fs::set_times_at(at, "d/other", epoch, epoch, wali::AtFlags{}));
    const wali::FileStatus status = fs::status(dir.path("fifo")).value();
    CHECK(status.type() == wali::FileType::FIFO);
    CHECK(status.permissions() == wali::Permissions{0640});
    CHECK(status.modified() == epoch);
    CHECK(fs::set_owner_at(at, "d/other", status.owner(), status.group(), wali::AtFlags{}));
    CHECK(fs::unlink_at(at, "link"));
    CHECK(fs::remove_directory_at(at, "d").error() == Errno::NOTEMPTY);
    CHECK(fs::remove_tree_at(at, "d"));
    CHECK(fs::make_directory_at(at, "d"));
    CHECK(fs::remove_directory_at(at, "d"));
    CHECK(fs::unlink_at(at, "fifo"));
    CHECK(fs::status_at(at, "fifo").error() == Errno::NOENT);
}
