// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <utility>

#include <doctest/doctest.h>

#include <wali/core/io.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>

using wali::Errno;
using wali::Fd;

namespace {

Fd open_null() { return std::move(wali::File::open("/dev/null").value()).into_fd(); }

bool is_open(int fd) { return wali::sys::fcntl(fd, wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) >= 0; }

}  // namespace

TEST_CASE("an Fd closes its number when it ends") {
    int number = -1;
    {
        const Fd fd = open_null();
        number = fd.raw();
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a moved-from Fd is empty and closes nothing") {
    Fd first = open_null();
    const int number = first.raw();
    const Fd second = std::move(first);
    CHECK(first.raw() == -1);  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(second.raw() == number);
    CHECK(is_open(number));
}

TEST_CASE("move assignment closes what was held") {
    Fd first = open_null();
    const int old_number = first.raw();
    Fd second = open_null();
    const int new_number = second.raw();
    first = std::move(second);
    CHECK(first.raw() == new_number);
    CHECK_FALSE(is_open(old_number));
    CHECK(is_open(new_number));
}

TEST_CASE("close reports once and then fails with EBADF") {
    Fd fd = open_null();
    CHECK(fd.close());
    CHECK(fd.close().error() == Errno::BADF);
    CHECK(fd.raw() == -1);
}

TEST_CASE("calls through an empty Fd fail with EBADF") {
    const Fd empty;
    std::array<std::byte, 1> buffer{};
    CHECK(wali::read(empty, buffer).error() == Errno::BADF);
}

TEST_CASE("release gives the number away") {
    Fd fd = open_null();
    const int number = fd.release();
    CHECK_FALSE(static_cast<bool>(fd));
    CHECK(is_open(number));
    const Fd owner = Fd::from_raw(number);
}

TEST_CASE("duplicates share the description, are close-on-exec and have their own life") {
    Fd fd = open_null();
    const Fd copy = fd.duplicate().value();
    CHECK(copy.raw() != fd.raw());
    CHECK(wali::sys::fcntl(copy.raw(), wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) == 1);
    CHECK(fd.close());
    CHECK(is_open(copy.raw()));
}

TEST_CASE("a non-blocking pipe answers EAGAIN instead of waiting") {
    const wali::Pipe pipe = wali::Pipe::create().value();
    CHECK(pipe.reader.set_non_blocking(true));
    std::array<std::byte, 1> buffer{};
    CHECK(wali::read(pipe.reader, buffer).error() == Errno::AGAIN);
    CHECK(wali::write_all(pipe.writer, "x"));
    CHECK(wali::read(pipe.reader, buffer).value() == 1);
    CHECK(pipe.reader.set_non_blocking(false));
}

TEST_CASE("all owners of a descriptor give it away, take one over, duplicate and close alike") {
    wali::File file = wali::File::from_fd(open_null());
    wali::File copy = file.duplicate().value();
    CHECK(copy.fd().raw() != file.fd().raw());
    const int number = copy.fd().raw();
    const Fd fd = std::move(copy).into_fd();
    CHECK(fd.raw() == number);
    CHECK_FALSE(static_cast<bool>(copy));  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(file.close());
    CHECK(file.duplicate().error() == wali::Error(Errno::BADF, wali::Call::fcntl));
}
