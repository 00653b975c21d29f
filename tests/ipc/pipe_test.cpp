// SPDX-License-Identifier: BSL-1.0
#include <array>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>

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

TEST_CASE("a pipe holds as much as it is made to") {
    const wali::Pipe pipe = wali::Pipe::create().value();
    CHECK(wali::ipc::set_pipe_capacity(pipe.writer, 5000).value() == 8192);
    CHECK(wali::ipc::pipe_capacity(pipe.reader).value() == 8192);
    CHECK(wali::ipc::set_pipe_capacity(pipe.writer, 0x80000001).error() == wali::Errno::INVAL);
    const wali::u64 cut = (wali::u64{1} << 32) + 4096;  // 4096 in 32 bits
    if (sizeof(wali::usize) > 4)
        CHECK(wali::ipc::set_pipe_capacity(pipe.writer, static_cast<wali::usize>(cut)).error() == wali::Errno::INVAL);
    CHECK(wali::ipc::pipe_capacity(wali::File::open("/dev/null").value()).error() == wali::Errno::BADF);
}

TEST_CASE("in packet mode a read takes one write, and no more") {
    const wali::Pipe pipe = wali::Pipe::create_packets().value();
    CHECK(pipe.writer.write_all("first"));
    CHECK(pipe.writer.write_all("second"));
    std::array<std::byte, 16> buffer{};
    CHECK(pipe.reader.read(buffer).value() == 5);
    CHECK(pipe.reader.read(std::span(buffer).first(3)).value() == 3);
    CHECK(wali::as_text(std::span(buffer).first(3)) == "sec");
    CHECK(pipe.writer.write_all("third"));
    CHECK(pipe.reader.read(buffer).value() == 5);
}
