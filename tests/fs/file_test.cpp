// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

using wali::Errno;
using wali::File;
using wali::OpenFlags;
using wali::Permissions;
using wali::Whence;

namespace {

std::string contents(const std::string& path) {
    const File file = File::open(path).value();
    std::string text(static_cast<std::size_t>(file.size().value()), '\0');
    const auto n = file.read_all(text).value();
    text.resize(n);
    return text;
}

}  // namespace

TEST_CASE("what is written is read back") {
    const test::TemporaryDirectory dir;
    {
        const File file = File::create(dir.path("a")).value();
        CHECK(file.write_all("hello "));
        CHECK(file.write("world").value() == 5);
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
    CHECK(file.write_at("abc", 4).value() == 3);
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
    CHECK(file.write_at("z", far).value() == 1);
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
    CHECK(file.set_permissions(Permissions::RUSR | Permissions::WUSR));
    const wali::FileStatus status = file.status().value();
    CHECK(status.type() == wali::FileType::REGULAR);
    CHECK_FALSE(status.type() == wali::FileType::DIRECTORY);
    CHECK(status.size() == 3);
    CHECK(status.permissions() == (Permissions::RUSR | Permissions::WUSR));
    CHECK(status.modified().time_since_epoch() > std::chrono::seconds(1'500'000'000));
    CHECK(File::open(dir.path(".")).value().status().value().type() == wali::FileType::DIRECTORY);
}

TEST_CASE("a lock excludes another open file until its guard ends") {
    const test::TemporaryDirectory dir;
    const File first = File::create(dir.path("a")).value();
    const File second = File::open(dir.path("a")).value();
    {
        const wali::FileLock lock = first.lock_exclusive().value();
        CHECK(second.try_lock_shared().error() == Errno::AGAIN);
    }
    {
        wali::FileLock shared = first.lock_shared().value();
        CHECK(second.try_lock_shared());
        CHECK(second.try_lock_exclusive().error() == Errno::AGAIN);
        const wali::FileLock moved = std::move(shared);
        CHECK(second.try_lock_exclusive().error() == Errno::AGAIN);
    }
    wali::FileLock last = second.try_lock_exclusive().value();
    last.release();
    CHECK(first.try_lock_exclusive());
    CHECK(File().lock_shared().error() == Errno::BADF);
}

TEST_CASE("the end of a child's copy of a lock leaves the parent's lock alone") {
    const test::TemporaryDirectory dir;
    const File first = File::create(dir.path("a")).value();
    const File second = File::open(dir.path("a")).value();
    auto lock = std::make_optional(first.lock_exclusive().value());
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        lock.reset();
        wali::process::exit(0);
    }
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(second.try_lock_shared().error() == Errno::AGAIN);
}

TEST_CASE("times that no Duration holds are the nearest that it does") {
    CHECK(wali::from_timespec({99'999'999'999, 5}) == wali::Duration::max());
    CHECK(wali::from_timespec({-99'999'999'999, 5}) == wali::Duration::min());
    CHECK(wali::time_until(wali::MonotonicClock::time_point::min()) == wali::Duration(0));
}

TEST_CASE("text and bytes of any holder are written and read") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    const std::vector<unsigned char> raw{'d', 'e'};
    const std::array<std::byte, 2> bytes{std::byte{'f'}, std::byte{'g'}};
    CHECK(file.write_all("a"));
    CHECK(file.write_all(std::string("b")));
    CHECK(file.write_all(std::string_view("cX").substr(0, 1)));
    CHECK(file.write_all(raw));
    CHECK(file.write_all(bytes));
    char array[3];
    std::string string(2, '\0');
    std::vector<unsigned char> rest(9);
    CHECK(file.read_all_at(array, 0).value() == 3);
    CHECK(file.read_all_at(string, 3).value() == 2);
    CHECK(file.read_all_at(rest, 5).value() == 2);
    CHECK(std::string(array, 3) + string == "abcde");
    CHECK(rest[1] == 'g');
    CHECK(file.write_all_at("ABC", 1).value() == 3);
    CHECK(contents(dir.path("a")) == "aABCefg");
}

TEST_CASE("a transfer that fails tells what was done before") {
    const wali::Pipe pipe = wali::Pipe::create(OpenFlags::NONBLOCK).value();
    const std::vector<std::byte> block(1 << 20);
    const wali::Transfer written = pipe.writer.write_all(block);
    CHECK(written.error() == wali::Error(Errno::AGAIN, wali::Call::write));
    CHECK(written.transferred() > 0);
    CHECK(written.transferred() < block.size());
    std::vector<std::byte> back(written.transferred() + 1);
    const wali::Transfer read = pipe.reader.read_all(back);
    CHECK(read.error() == wali::Error(Errno::AGAIN, wali::Call::read));
    CHECK(read.transferred() == written.transferred());
}

TEST_CASE("an error names the call that failed") {
    CHECK(File::open("/nowhere/at/all").error() == wali::Error(Errno::NOENT, wali::Call::openat));
    CHECK(File().status().error() == wali::Error(Errno::BADF, wali::Call::fstat));
    CHECK(File().close().error() == wali::Error(Errno::BADF, wali::Call::close));
    CHECK(wali::fs::status("/nowhere/at/all").error().call() == wali::Call::newfstatat);
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
