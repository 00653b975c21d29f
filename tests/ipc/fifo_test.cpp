// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <wali/fs/entry.hpp>
#include <wali/ipc/fifo.hpp>
#include <wali/process/credentials.hpp>

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

using wali::Errno;
using wali::Fifo;
using wali::OpenFlags;

TEST_CASE("a FIFO carries bytes from one process to another") {
    const test::TemporaryDirectory dir;
    const Fifo fifo = Fifo::create(dir.path("fifo")).value();
    CHECK(fifo.name() == "fifo");
    const auto child = test::start_child([&] {
        const auto writer = wali::File::open(dir.path("fifo"), OpenFlags::WRONLY);
        return writer && writer.value().write_all("hello") ? 0 : 1;
    });
    const auto reader = fifo.open_reader().value();  // waits for the writer
    std::array<std::byte, 8> bytes{};
    CHECK(reader.read_all(bytes).value() == 5);
    CHECK(wali::as_text(std::span(bytes).first(5)) == "hello");
    CHECK(test::end_of(child) == 0);
}

TEST_CASE("a FIFO without a reader refuses a writer that does not wait") {
    const test::TemporaryDirectory dir;
    const Fifo fifo = Fifo::create(dir.path("fifo")).value();
    CHECK(fifo.open_writer(OpenFlags::NONBLOCK).error() == Errno::NXIO);
    const auto reader = fifo.open_reader(OpenFlags::NONBLOCK).value();
    CHECK(fifo.open_writer(OpenFlags::NONBLOCK));
}

TEST_CASE("a FIFO's name goes with who has made it, and with nobody else") {
    const test::TemporaryDirectory dir;
    const std::string path = dir.path("fifo");
    {
        Fifo fifo = Fifo::create(path, wali::Permissions::RWXU).value();
        CHECK(wali::fs::status(path).value().type() == wali::FileType::FIFO);
        CHECK(Fifo::create(path).error() == wali::Error(Errno::EXIST, wali::Call::mknodat));
        CHECK(test::in_child([&] {
                  const Fifo copy = std::move(fifo);
                  return 0;
              }) == 0);
        CHECK(wali::fs::status(path));
        Fifo other = std::move(fifo);
        CHECK(fifo.name().empty());
        other = Fifo::create(dir.path("other")).value();
        CHECK(wali::fs::status(path).error() == Errno::NOENT);
        CHECK(wali::fs::status(dir.path("other")));
    }
    CHECK(wali::fs::status(dir.path("other")).error() == Errno::NOENT);
    Fifo::create(path).value().keep();
    CHECK(wali::fs::status(path));
    CHECK(Fifo::create(dir.path(std::string(256, 'x'))).error() == Errno::NAMETOOLONG);
    CHECK(Fifo::create(dir.path("missing/fifo")).error() == Errno::NOENT);
}

TEST_CASE("a FIFO's end leaves what somebody else has put in its place") {
    const test::TemporaryDirectory dir;
    const std::string path = dir.path("fifo");
    Fifo first = Fifo::create(path).value();
    REQUIRE(wali::fs::unlink(path));
    const Fifo second = Fifo::create(path).value();
    first = Fifo();
    CHECK(wali::fs::status(path));
    REQUIRE(wali::fs::unlink(path));
}

TEST_CASE("a FIFO is made in a directory that may be written to, but not listed") {
    const test::TemporaryDirectory dir;
    const std::string box = dir.path("box");
    REQUIRE(wali::fs::make_directory(box));
    REQUIRE(wali::fs::set_permissions(dir.path("."), wali::Permissions{0711}));
    REQUIRE(wali::fs::set_permissions(box, wali::Permissions{0333}));
    CHECK(test::in_child([&] {
              if (wali::process::effective_user_id() == wali::Uid(0) &&
                  !wali::process::become(wali::Uid(65534), wali::Gid(65534)))
                  return 1;
              if (wali::Directory::open(box).error() != Errno::ACCES) return 2;
              {
                  const auto fifo = Fifo::create(box + "/fifo");
                  if (!fifo || !fifo.value().open_reader(OpenFlags::NONBLOCK)) return 3;
              }
              return wali::fs::status(box + "/fifo").error() == Errno::NOENT ? 0 : 4;
          }) == 0);
    REQUIRE(wali::fs::set_permissions(box, wali::Permissions::RWXU));
}

TEST_CASE("a FIFO is refused a path with a slash at its end, as by mknod(2)") {
    const test::TemporaryDirectory dir;
    for (const char* name : {"fifo/", "fifo//"})
        CHECK(Fifo::create(dir.path(name)).error() == wali::Error(Errno::NOENT, wali::Call::mknodat));
    CHECK(wali::fs::status(dir.path("fifo")).error() == Errno::NOENT);
    for (const std::string& path : {dir.path(""), dir.path("."), dir.path("./"), std::string("/"), std::string("//")})
        CHECK(Fifo::create(path).error() == wali::Error(Errno::EXIST, wali::Call::mknodat));
    CHECK(Fifo::create("").error() == wali::Error(Errno::NOENT, wali::Call::mknodat));
}
