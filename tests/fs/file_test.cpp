// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/file.hpp>

using wali::Errno;
using wali::File;
using wali::Mode;
using wali::OpenFlags;
using wali::Whence;

namespace {

std::string contents(const std::string& path) {
    const File file = File::open(path).value();
    std::string text(static_cast<std::size_t>(file.size().value()), '\0');
    const auto n = file.read_all(std::as_writable_bytes(std::span(text))).value();
    text.resize(n);
    return text;
}

}  // namespace

TEST_CASE("what is written is read back") {
    const test::TemporaryDirectory dir;
    {
        const File file = File::create(dir.path("a")).value();
        CHECK(file.write_all("hello "));
        CHECK(file.write(wali::as_bytes("world")).value() == 5);
    }
    CHECK(contents(dir.path("a")) == "hello world");
    CHECK(File::create(dir.path("a")));
    CHECK(contents(dir.path("a")).empty());
}

TEST_CASE("read returns 0 at the end of the file") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    std::array<std::byte, 4> buffer{};
    CHECK(file.read(buffer).value() == 0);
    CHECK(file.read_all(buffer).value() == 0);
}

TEST_CASE("open reports why it failed") {
    const test::TemporaryDirectory dir;
    CHECK(File::open(dir.path("missing")).error() == Errno::NOENT);
    CHECK(File::open(dir.path("a/b")).error() == Errno::NOENT);
    REQUIRE(File::create(dir.path("a")));
    CHECK(File::open(dir.path("a/b")).error() == Errno::NOTDIR);
    CHECK(File::open(dir.path("a"), OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL).error() == Errno::EXIST);
    CHECK(File::open(dir.path("."), OpenFlags::WRONLY).error() == Errno::ISDIR);
    CHECK(File::open(std::string(5000, 'x')).error() == Errno::NAMETOOLONG);
    CHECK(File::open("").error() == Errno::NOENT);
}

TEST_CASE("open_at starts at a directory") {
    const test::TemporaryDirectory dir;
    REQUIRE(File::create(dir.path("a")).value().write_all("x"));
    const File folder = File::open(dir.path("."), OpenFlags::DIRECTORY).value();
    CHECK(File::open_at(folder, "a").value().size().value() == 1);
    const File plain = File::open(dir.path("a")).value();
    CHECK(File::open_at(plain, "a").error() == Errno::NOTDIR);
}

TEST_CASE("every File is close-on-exec") {
    const File file = File::open("/dev/null").value();
    CHECK(wali::sys::fcntl(file.fd().raw(), wali::abi::bits(wali::abi::FcntlCommand::GETFD), 0) == 1);
}

TEST_CASE("positional reads and writes leave the offset alone") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    CHECK(file.write_at(wali::as_bytes("abc"), 4).value() == 3);
    CHECK(file.seek(0, Whence::CUR).value() == 0);
    std::array<std::byte, 3> buffer{};
    CHECK(file.read_at(buffer, 4).value() == 3);
    CHECK(wali::as_text(buffer) == "abc");
    CHECK(file.read_at(buffer, 7).value() == 0);
    CHECK(file.size().value() == 7);
}

TEST_CASE("offsets are 64 bits wide") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    constexpr wali::u64 far = 5'000'000'000;
    CHECK(file.write_at(wali::as_bytes("z"), far).value() == 1);
    CHECK(file.size().value() == far + 1);
    CHECK(file.seek(-1, Whence::END).value() == far);
    std::array<std::byte, 1> buffer{};
    CHECK(file.read(buffer).value() == 1);
    CHECK(buffer[0] == std::byte{'z'});
    CHECK(file.seek(-1, Whence::SET).error() == Errno::INVAL);
}

TEST_CASE("vectored calls take buffers in order") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    const std::array<wali::ConstBuffer, 3> out{"one", "", "three"};
    CHECK(file.write_vectored(out).value() == 8);
    REQUIRE(file.seek(0));
    std::array<std::byte, 4> first{};
    std::array<std::byte, 9> second{};
    const std::array<wali::MutableBuffer, 2> in{wali::MutableBytes(first), wali::MutableBytes(second)};
    CHECK(file.read_vectored(in).value() == 8);
    CHECK(wali::as_text(first) == "onet");
    CHECK(wali::as_text(std::span(second).first(4)) == "hree");
    const std::vector<wali::ConstBuffer> many(1025, wali::ConstBuffer("x"));
    CHECK(file.write_vectored(many).error() == Errno::INVAL);
    CHECK(file.write_vectored({}).value() == 0);
}

TEST_CASE("append writes at the end") {
    const test::TemporaryDirectory dir;
    REQUIRE(File::create(dir.path("a")).value().write_all("one"));
    const File file = File::open(dir.path("a"), OpenFlags::WRONLY | OpenFlags::APPEND).value();
    CHECK(file.write_all("two"));
    CHECK(contents(dir.path("a")) == "onetwo");
}

TEST_CASE("truncate cuts and extends") {
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    CHECK(file.write_all("abcdef"));
    CHECK(file.truncate(2));
    CHECK(file.truncate(4));
    CHECK(contents(dir.path("a")) == std::string("ab\0\0", 4));
    CHECK(File::open(dir.path("a")).value().truncate(1).error() == Errno::INVAL);
}

TEST_CASE("status tells type, size and permissions") {
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    CHECK(file.write_all("abc"));
    CHECK(file.set_permissions(Mode::RUSR | Mode::WUSR));
    const wali::FileStatus status = file.status().value();
    CHECK(status.is_regular());
    CHECK_FALSE(status.is_directory());
    CHECK(status.size() == 3);
    CHECK(status.permissions() == (Mode::RUSR | Mode::WUSR));
    CHECK(status.modified().tv_sec > 1'500'000'000);
    CHECK(File::open(dir.path(".")).value().status().value().is_directory());
}

TEST_CASE("locks exclude another description") {
    const test::TemporaryDirectory dir;
    const File first = File::create(dir.path("a")).value();
    const File second = File::open(dir.path("a")).value();
    CHECK(first.lock(wali::FlockOperation::EX));
    CHECK(second.lock(wali::FlockOperation::SH | wali::FlockOperation::NB).error() == Errno::AGAIN);
    CHECK(first.lock(wali::FlockOperation::UN));
    CHECK(second.lock(wali::FlockOperation::SH | wali::FlockOperation::NB));
}

TEST_CASE("sync, sync_data and advise reach the kernel") {
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    CHECK(file.write_all("abc"));
    CHECK(file.sync());
    CHECK(file.sync_data());
    CHECK(file.advise(wali::FileAdvice::SEQUENTIAL));
    CHECK(file.advise(static_cast<wali::FileAdvice>(99)).error() == Errno::INVAL);
}

TEST_CASE("a closed File answers EBADF") {
    File file = File::open("/dev/null").value();
    CHECK(file.close());
    CHECK(file.close().error() == Errno::BADF);
    CHECK(file.status().error() == Errno::BADF);
}
