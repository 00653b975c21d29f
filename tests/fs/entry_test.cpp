// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>

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
