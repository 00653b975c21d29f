// SPDX-License-Identifier: BSL-1.0
#include <array>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>

TEST_CASE("a pipe carries bytes and ends when its writer closes") {
    wali::Pipe pipe = wali::Pipe::create().value();
    CHECK(pipe.writer.write_all("abc"));
    CHECK(pipe.writer.close());
    std::array<std::byte, 8> buffer{};
    CHECK(pipe.reader.read_all(buffer).value() == 3);
    CHECK(wali::as_text(std::span(buffer).first(3)) == "abc");
    CHECK(pipe.reader.read(buffer).value() == 0);
}

TEST_CASE("a pipe has no offset") {
    const wali::Pipe pipe = wali::Pipe::create(wali::OpenFlags::NONBLOCK).value();
    std::array<std::byte, 1> buffer{};
    CHECK(pipe.reader.seek(0).error() == wali::Errno::SPIPE);
    CHECK(pipe.reader.read_at(buffer, 0).error() == wali::Errno::SPIPE);
    CHECK(pipe.reader.read(buffer).error() == wali::Errno::AGAIN);
}
