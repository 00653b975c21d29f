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
#include <wali/fs/kernel_copy.hpp>
#include <wali/fs/read_file.hpp>
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
    constexpr wali::FileTime first(wali::RealtimeClock::time_point::min());
    CHECK(wali::from_timespec(first.raw()) == wali::Duration::min() + std::chrono::nanoseconds(0));
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

TEST_CASE("vectored calls at an offset leave the file offset alone, with and without flags") {
    const test::TemporaryDirectory dir;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    const std::array<wali::ConstBuffer, 2> out{"one", "two"};
    CHECK(file.write_vectored_at(out, 2).value() == 6);
    CHECK(file.write_vectored_at(out, 8, wali::ReadWriteFlags::DSYNC).value() == 6);
    CHECK(file.seek(0, Whence::CUR).value() == 0);
    std::array<std::byte, 4> first{};
    std::array<std::byte, 9> second{};
    const std::array<wali::MutableBuffer, 2> in{wali::MutableBytes(first), wali::MutableBytes(second)};
    CHECK(file.read_vectored_at(in, 2).value() == 12);
    CHECK(wali::as_text(first) == "onet");
    CHECK(wali::as_text(std::span(second).first(8)) == "woonetwo");
    CHECK(file.read_vectored_at(in, 8, wali::ReadWriteFlags{}).value() == 6);
    CHECK(wali::as_text(first) == "onet");
    CHECK(file.read_vectored_at(in, 0, static_cast<wali::ReadWriteFlags>(1 << 30)).error() ==
          wali::Error(Errno::OPNOTSUPP, wali::Call::preadv2));
    constexpr wali::u64 far = 5'000'000'000;
    CHECK(file.write_vectored_at(out, far).value() == 6);
    CHECK(file.size().value() == far + 6);

    // As bits, -1 would be the file's own position.
    constexpr wali::u64 last = ~wali::u64{0};
    CHECK(file.read_vectored_at(in, last, wali::ReadWriteFlags{}).error() == Errno::INVAL);
    CHECK(file.write_vectored_at(out, last, wali::ReadWriteFlags{}).error() == Errno::INVAL);
    CHECK(file.seek(0, Whence::CUR).value() == 0);
}

TEST_CASE("a file is read to its end, up to a limit") {
    const test::TemporaryDirectory dir;
    std::string text(10'000, 'x');
    text[9'999] = 'y';
    REQUIRE(wali::fs::write_file(dir.path("a"), text));
    CHECK(wali::fs::read_file<std::string>(dir.path("a"), 10'000).value() == text);
    CHECK(wali::fs::read_file<std::string>(dir.path("a"), SIZE_MAX).value() == text);
    CHECK(wali::fs::read_file<std::string>(dir.path("a"), 9'999).error() == Errno::FBIG);
    CHECK(wali::fs::read_file<std::string>(dir.path("b"), 1).error() == Errno::NOENT);
    const auto bytes = wali::fs::read_file<std::vector<std::byte>>(dir.path("a"), 1 << 20).value();
    CHECK(bytes.size() == 10'000);
    CHECK(bytes.back() == std::byte{'y'});

    std::string part = "kept ";
    const wali::Transfer read = File::open(dir.path("a")).value().read_to_end(part, 3);
    CHECK(read.error() == Errno::FBIG);
    CHECK(read.transferred() == 3);
    CHECK(part == "kept xxx");
    // With 32 bits, a size that is more than all memory must not wrap: to a buffer that is too small.
    struct Little : std::string {
        using std::string::string;
        std::size_t max_size() const noexcept { return 7; }
    };
    const File large = File::open(dir.path("a"), wali::OpenFlags::RDWR).value();
    REQUIRE(large.truncate(wali::u64{5} << 30));
    for (const std::size_t limit : {std::size_t{7}, SIZE_MAX}) {
        REQUIRE(large.seek(0));
        Little little("kept ");
        CHECK(wali::read_to_end(large, little, limit).error() == Errno::FBIG);
        CHECK(little.starts_with("kept x"));
        CHECK(little.size() <= 7);
    }
    REQUIRE(wali::fs::write_file(dir.path("a"), ""));
    CHECK(wali::fs::read_file<std::string>(dir.path("a"), 0).value().empty());
    // It says that it is empty, and is not.
    CHECK(wali::fs::read_file<std::string>("/proc/self/status", 1 << 20).value().starts_with("Name:"));
}

TEST_CASE("what a pipe brings is read to its end") {
    wali::Pipe pipe = wali::Pipe::create().value();
    const std::string text(20'000, 'p');
    REQUIRE(pipe.writer.write_all(text));
    REQUIRE(pipe.writer.close());
    std::string got;
    CHECK(wali::read_to_end(pipe.reader, got, 1 << 20).value() == 20'000);
    CHECK(got == text);
}

TEST_CASE("holes are made, found and filled") {
    const test::TemporaryDirectory dir;
    constexpr wali::u64 block = 1 << 16;
    const File file = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    CHECK(file.reserve(0, block));
    CHECK(file.size().value() == 0);
    CHECK(file.allocate(0, 3 * block));
    CHECK(file.size().value() == 3 * block);
    for (wali::u64 i = 0; i < 3; ++i)
        REQUIRE(file.write_all_at(std::string(block, static_cast<char>('a' + i)), i * block));
    CHECK(file.punch_hole(block, block));
    CHECK(file.seek(0, Whence::HOLE).value() == block);
    CHECK(file.seek(static_cast<wali::i64>(block), Whence::DATA).value() == 2 * block);
    CHECK(file.seek(static_cast<wali::i64>(3 * block), Whence::DATA).error() == Errno::NXIO);
    std::string at(1, 'x');
    REQUIRE(file.read_at(at, block).value() == 1);
    CHECK(at[0] == '\0');
    // What not every file system can do: then it says so, and nothing has changed.
    const auto collapsed = file.collapse_range(0, block);
    if (collapsed) {
        CHECK(file.size().value() == 2 * block);
        CHECK(file.insert_range(0, block));
        CHECK(file.size().value() == 3 * block);
    } else {
        CHECK(collapsed.error() == wali::Error(Errno::OPNOTSUPP, wali::Call::fallocate));
    }
    const auto zeroed = file.zero_range(2 * block, 2 * block);
    if (zeroed) {
        CHECK(file.size().value() == 4 * block);
        REQUIRE(file.read_at(at, 2 * block).value() == 1);
        CHECK(at[0] == '\0');
    } else {
        CHECK(zeroed.error() == Errno::OPNOTSUPP);
    }
    CHECK(file.collapse_range(0, 8 * block).has_error());
}

TEST_CASE("parts and whole file systems are synchronised") {
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    CHECK(file.write_all("abc"));
    CHECK(file.sync_range(0, 0));
    CHECK(file.sync_range(0, 3, wali::SyncFileRangeFlags::WRITE));
    CHECK(file.sync_file_system());
    CHECK(File().sync_range(0, 0).error() == wali::Error(Errno::BADF, wali::Call::sync_file_range));
}

TEST_CASE("times and owners are set") {
    using namespace std::chrono;
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a")).value();
    using Time = wali::RealtimeClock::time_point;
    const Time early(-seconds(100) - nanoseconds(1));
    CHECK(file.set_times(early, Time(seconds(1000))));
    CHECK(file.status().value().accessed() == early);
    CHECK(file.status().value().modified() == Time(seconds(1000)));
    CHECK(file.set_times(wali::FileTime::keep(), wali::FileTime::now()));
    CHECK(file.status().value().accessed() == early);
    CHECK(file.status().value().modified() > Time(seconds(1'500'000'000)));
    const wali::FileStatus status = file.status().value();
    CHECK(file.set_owner(status.owner()));
    CHECK(file.set_group(status.group()));
    CHECK(file.set_owner(status.owner(), status.group()));
    // To the kernel these mean no change.
    CHECK(file.set_owner(wali::Uid(~0U)).error() == wali::Error(Errno::INVAL, wali::Call::fchown));
    CHECK(file.set_group(wali::Gid(~0U)).error() == Errno::INVAL);
    CHECK(file.set_owner(status.owner(), wali::Gid(~0U)).error() == Errno::INVAL);
    CHECK(file.status().value().owner() == status.owner());
}

TEST_CASE("the extended status knows when a file was made") {
    const test::TemporaryDirectory dir;
    const File file = File::create(dir.path("a"), Permissions{0600}).value();
    CHECK(file.write_all("abc"));
    const wali::ExtendedStatus status = file.extended_status().value();
    CHECK(status.has(wali::StatxMask::SIZE | wali::StatxMask::MODE));
    CHECK(status.size() == 3);
    CHECK(status.type() == wali::FileType::REGULAR);
    CHECK(status.permissions() == Permissions{0600});
    CHECK(status.links() == 1);
    CHECK(status.inode() == file.status().value().inode());
    CHECK(status.modified() == file.status().value().modified());
    if (const auto born = status.born()) {
        CHECK(*born <= status.modified());
        CHECK(born->time_since_epoch() > std::chrono::seconds(1'500'000'000));
    } else {
        CHECK_FALSE(status.has(wali::StatxMask::BIRTH_TIME));
    }
    CHECK(wali::fs::extended_status(dir.path("a"), wali::StatxMask::SIZE).value().size() == 3);
    CHECK(wali::fs::extended_status(dir.path("b"), wali::StatxMask::SIZE).error() ==
          wali::Error(Errno::NOENT, wali::Call::statx));
    REQUIRE(wali::fs::symlink("a", dir.path("link")));
    CHECK(wali::fs::extended_status_at(wali::current_directory(), dir.path("link"), wali::StatxMask::TYPE,
                                       wali::AtFlags::SYMLINK_NOFOLLOW)
              .value()
              .type() == wali::FileType::SYMBOLIC_LINK);
}

TEST_CASE("a wait for a lock ends after its timeout") {
    const test::TemporaryDirectory dir;
    const File first = File::create(dir.path("a")).value();
    const File second = File::open(dir.path("a")).value();
    wali::FileLock held = first.lock_exclusive().value();
    const auto refused = second.lock_shared(std::chrono::milliseconds(5));
    CHECK(refused.error() == wali::Error(Errno::TIMEDOUT, wali::Call::flock));
    CHECK(second.lock_exclusive(std::chrono::milliseconds(0)).error() == Errno::TIMEDOUT);
    held.release();
    CHECK(second.lock_exclusive(std::chrono::milliseconds(0)));
    CHECK(second.lock_shared(wali::forever()));
}

TEST_CASE("the kernel copies between files, pipes and the rest") {
    const test::TemporaryDirectory dir;
    const File from = File::open(dir.path("a"), OpenFlags::RDWR | OpenFlags::CREAT).value();
    REQUIRE(from.write_all("0123456789"));
    const File to = File::create(dir.path("b")).value();
    wali::u64 in = 2;
    wali::u64 out = 1;
    CHECK(wali::fs::copy_range(from, to, 3, {.from = &in, .to = &out}).value() == 3);
    CHECK(in == 5);
    CHECK(out == 4);
    CHECK(contents(dir.path("b")) == std::string("\0"
                                                 "234",
                                                 4));
    CHECK(wali::fs::copy_range(from, to, 3).value() == 0);  // both offsets: the first is at the end

    const wali::Pipe pipe = wali::Pipe::create().value();
    const wali::Pipe other = wali::Pipe::create().value();
    in = 4;
    CHECK(wali::fs::send_file(pipe.writer, from, 2, &in).value() == 2);
    CHECK(in == 6);
    CHECK(wali::fs::tee(pipe.reader, other.writer, 10).value() == 2);
    out = 0;
    CHECK(wali::fs::splice(pipe.reader, to, 10, {.to = &out}, wali::SpliceFlags{}).value() == 2);
    CHECK(out == 2);
    CHECK(contents(dir.path("b")) == "4534");
    REQUIRE(from.seek(8));
    CHECK(wali::fs::splice(from, pipe.writer, 10).value() == 2);
    std::array<std::byte, 4> buffer{};
    CHECK(other.reader.read(buffer).value() == 2);
    CHECK(wali::as_text(std::span(buffer).first(2)) == "45");
    CHECK(pipe.reader.read(buffer).value() == 2);
    CHECK(wali::as_text(std::span(buffer).first(2)) == "89");
    CHECK(wali::fs::splice(from, to, 1).error() == wali::Error(Errno::INVAL, wali::Call::splice));
}
