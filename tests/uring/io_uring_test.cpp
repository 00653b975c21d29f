// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>

#include <array>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/event_fd.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/memory_file.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/ipc/fifo.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>
#include <wali/uring/io_uring.hpp>

#include "operations.hpp"
#include "support/leaves_nothing.hpp"
#include "support/temporary_directory.hpp"

using namespace std::chrono_literals;
using test::filled;
using test::finish;
using test::text_of;
using wali::Errno;
using wali::File;
using wali::IoBuffer;
using wali::IoBufferVector;
using wali::IoCompletion;
using wali::IoUring;
using wali::Pipe;
using wali::u32;
using wali::usize;

namespace {

constexpr wali::BorrowedFd here = wali::current_directory();

IoBufferVector two(std::string_view first, std::string_view second) {
    std::array<IoBuffer, 2> buffers{filled(first), filled(second)};
    return IoBufferVector::of(buffers).value();
}

}  // namespace

TEST_CASE("a buffer is the program's, its selected part what operations use") {
    IoBuffer buffer = filled("hello world");
    CHECK(text_of(buffer) == "hello world");
    buffer.select(6, 5);
    CHECK(text_of(buffer) == "world");
    buffer.consume(2);
    CHECK(text_of(buffer) == "rld");
    IoBuffer other = std::move(buffer);
    CHECK(text_of(other) == "rld");
    CHECK_FALSE(buffer);  // NOLINT(bugprone-use-after-move): that it is empty
    CHECK(buffer.size() == 0);
    CHECK(buffer.bytes().empty());
    other.select_all();
    CHECK(text_of(other) == "hello world");
    CHECK(reinterpret_cast<std::uintptr_t>(IoBuffer::allocate(4096).value().bytes().data()) % 4096 == 0);
    CHECK(IoBuffer::allocate(~usize{0}).error() == Errno::NOMEM);
    CHECK(IoBuffer::allocate(0).value().capacity() == 0);
}

TEST_CASE("a buffer comes back with the completion of what was read and written") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    CHECK(ring);
    CHECK(ring.supports(wali::IoUringOperation::READ));
    const File file = wali::fs::create_memory_file("ring").value();
    IoBuffer buffer = filled("hello");
    const std::byte* const memory = buffer.bytes().data();
    const auto writing = ring.write(file, std::move(buffer), 0, {.index = 7}).value();
    CHECK_FALSE(buffer);  // NOLINT(bugprone-use-after-move): it is the operation's
    CHECK(ring.operations() == 1);
    IoCompletion done = ring.wait().value();
    CHECK(done.is_for(writing));
    CHECK(done.index() == 7);
    CHECK_FALSE(done.has_more());
    CHECK(done.get(writing).value() == 5);
    CHECK(ring.operations() == 0);
    buffer = done.take_buffer();
    CHECK(buffer.bytes().data() == memory);
    std::memset(buffer.bytes().data(), 0, 5);
    buffer.select(1, 4);
    const auto reading = ring.read(file, std::move(buffer), 1).value();
    done = ring.wait().value();
    CHECK_FALSE(done.is_for(writing));
    CHECK(done.get(reading).value() == 4);
    CHECK(text_of(done.take_buffer()) == "ello");
    // At the end, and with an error, which still gives the buffer back.
    CHECK(finish(ring, ring.read(file, filled("x"), 5)).value() == 0);
    CHECK(ring.read(wali::BorrowedFd(), filled("lost?"), 0));
    done = ring.wait().value();
    CHECK(done.get<usize>().error() == wali::Error(Errno::BADF, wali::Call::pread64));
    CHECK(text_of(done.take_buffer()) == "lost?");
}

TEST_CASE("the current offset is that of the file, and pipes have no other") {
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    CHECK(finish(ring, ring.write(pipe.writer, filled("ab"), IoUring::current_offset)).value() == 2);
    CHECK(ring.read(pipe.reader, filled("...."), IoUring::current_offset));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 2);
    CHECK(text_of(done.take_buffer()) == "ab..");
}

TEST_CASE("several buffers are written and read as one, and come back together") {
    IoUring ring = IoUring::create().value();
    const File file = wali::fs::create_memory_file("ring").value();
    IoBufferVector buffers = two("ab", "-cdef");
    buffers.buffers()[1].consume(1);
    const std::byte* const memory = buffers.buffers()[1].bytes().data();
    const auto writing = ring.write_vectored(file, std::move(buffers), 1).value();
    CHECK(buffers.count() == 0);  // NOLINT(bugprone-use-after-move): it is the operation's
    IoCompletion done = ring.wait().value();
    CHECK(done.get(writing).value() == 6);
    buffers = done.take_buffers();
    CHECK(buffers.count() == 2);
    CHECK(buffers.buffers()[1].bytes().data() == memory);
    CHECK(done.take_buffers().buffers().empty());
    const auto reading = ring.read_vectored(file, two("...", "....."), 0).value();
    done = ring.wait().value();
    CHECK(done.get(reading).value() == 7);
    const IoBufferVector read = done.take_buffers();
    CHECK(text_of(read.buffers()[0]) == std::string_view("\0ab", 3));
    CHECK(text_of(read.buffers()[1]) == "cdef.");
    // With an error, too, and at once when there is no room for the operation.
    CHECK(ring.write_vectored(wali::BorrowedFd(), two("lost", "?"), 0));
    done = ring.wait().value();
    CHECK(done.get<usize>().error() == wali::Error(Errno::BADF, wali::Call::pwritev));
    CHECK(text_of(done.take_buffers().buffers()[0]) == "lost");
    IoUring small = IoUring::create({.operations = 1}).value();
    CHECK(small.nop());
    buffers = two("kept", "too");
    CHECK(small.read_vectored(file, std::move(buffers), 0).error() == Errno::NOBUFS);
    CHECK(text_of(buffers.buffers()[1]) == "too");  // NOLINT(bugprone-use-after-move): that it was not moved
    std::vector<IoBuffer> many(IoBufferVector::count_max + 1);
    CHECK(IoBufferVector::of(many).error() == Errno::INVAL);
}

TEST_CASE("extended attributes are set and read through a ring") {
    const test::TemporaryDirectory folder;
    const std::string path = folder.path("file");
    REQUIRE(wali::fs::write_file(path, ""));
    IoUring ring = IoUring::create().value();
    const auto set = finish(ring, ring.set_xattr(path, "user.one", filled("first"), {}));
    if (!set) {  // a file system without them
        CHECK(set.error() == wali::Error(Errno::OPNOTSUPP, wali::Call::setxattr));
        return;
    }
    const File file = File::open(path).value();
    CHECK(finish(ring, ring.set_xattr(file, "user.two", filled("second"), wali::XattrFlags::CREATE)).has_value());
    CHECK(finish(ring, ring.set_xattr(file, "user.two", filled(""), wali::XattrFlags::CREATE)).error() ==
          wali::Error(Errno::EXIST, wali::Call::fsetxattr));
    CHECK(finish(ring, ring.set_xattr(path, "user.none", filled(""), wali::XattrFlags::REPLACE)).error() ==
          wali::Error(Errno::NODATA, wali::Call::setxattr));
    CHECK(ring.get_xattr(path, "user.two", filled("........")));
    IoCompletion done = ring.wait().value();
    CHECK(done.get<usize>().value() == 6);
    CHECK(text_of(done.take_buffer()) == "second..");
    CHECK(ring.get_xattr(file, "user.one", filled(".....")));
    done = ring.wait().value();
    CHECK(done.get<usize>().value() == 5);
    CHECK(text_of(done.take_buffer()) == "first");
    CHECK(finish(ring, ring.get_xattr(file, "user.one", filled("."))).error() ==
          wali::Error(Errno::RANGE, wali::Call::fgetxattr));
    CHECK(finish(ring, ring.get_xattr(path, "user.none", filled("."))).error() ==
          wali::Error(Errno::NODATA, wali::Call::getxattr));
}

TEST_CASE("files are opened, told about, changed and closed") {
    const test::LeavesNothing nothing;
    const test::TemporaryDirectory folder;
    IoUring ring = IoUring::create().value();
    using wali::OpenFlags;
    const std::string name = folder.path("file");
    File file = finish(ring, ring.open_at(here, name, {.flags = OpenFlags::RDWR | OpenFlags::CREAT})).value();
    CHECK(finish(ring, ring.allocate(file, wali::FallocateMode{}, 0, 8192)).has_value());
    CHECK(finish(ring, ring.write(file, filled("text"), 8190)).value() == 4);
    CHECK(finish(ring, ring.sync(file)).has_value());
    CHECK(finish(ring, ring.sync_data(file)).has_value());
    CHECK(finish(ring, ring.sync_range(file, 0, 0, wali::SyncFileRangeFlags::WRITE)).has_value());
    CHECK(finish(ring, ring.advise(file, wali::FileAdvice::DONTNEED, 0, 0)).has_value());
    const auto size_of = [&](const std::string& path) {
        return finish(ring, ring.status_at(here, path, wali::StatxMask::BASIC_STATS, wali::AtFlags{})).value().size();
    };
    CHECK(size_of(name) == 8194);
    if (ring.supports(wali::IoUringOperation::FTRUNCATE)) {
        CHECK(finish(ring, ring.truncate(file, 100)).has_value());
        CHECK(size_of(name) == 100);
    }
    CHECK(finish(ring, ring.close(std::move(file).into_fd())).has_value());
    CHECK(finish(ring, ring.open_at(here, name + "none", {})).error() ==
          wali::Error(Errno::NOENT, wali::Call::openat2));
    CHECK(finish(ring, ring.open_at(here, "/etc", {.resolve = wali::ResolveFlags::BENEATH})).error() == Errno::XDEV);
    CHECK(ring.open_at(here, std::string_view("a\0b", 3), {}).error() == Errno::INVAL);
}

TEST_CASE("a FIFO without another end opens as with NONBLOCK, or is waited for in a thread") {
    const test::LeavesNothing nothing;
    const test::TemporaryDirectory folder;
    const std::string path = folder.path("fifo");
    const wali::Fifo fifo = wali::Fifo::create(path).value();
    IoUring ring = IoUring::create().value();
    CHECK(finish(ring, ring.open_at(here, path, {.flags = wali::OpenFlags::WRONLY})).error() == Errno::NXIO);
    CHECK(ring.open_at(here, path, {.flags = wali::OpenFlags::WRONLY}, {.index = 1, .async = true}));
    CHECK(ring.submit());
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    CHECK(ring.open_at(here, path, {}, {.index = 2}));
    std::array<File, 3> files;
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        files[done.index()] = done.get<File>().value();
    }
    CHECK(files[1].write_all("x"));
    std::array<char, 2> byte;
    CHECK(files[2].read(byte).value() == 1);
}

TEST_CASE("names are made, moved and removed") {
    const test::TemporaryDirectory folder;
    IoUring ring = IoUring::create().value();
    const std::string directory = folder.path("directory");
    const std::string link = folder.path("link");
    const std::string moved = folder.path("moved");
    CHECK(finish(ring, ring.make_directory_at(here, directory, wali::Permissions{0700})).has_value());
    CHECK(finish(ring, ring.make_directory_at(here, directory, wali::Permissions{0700})).error() == Errno::EXIST);
    CHECK(finish(ring, ring.symlink_at("directory", here, link)).has_value());
    CHECK(finish(ring, ring.link_at(here, link, here, moved, wali::AtFlags{})).has_value());
    CHECK(finish(ring, ring.rename_at(here, moved, here, link, wali::RenameFlags::NOREPLACE)).error() == Errno::EXIST);
    CHECK(finish(ring, ring.rename_at(here, directory, here, directory + "2", {})).has_value());
    CHECK(finish(ring, ring.unlink_at(here, moved, {})).has_value());
    CHECK(finish(ring, ring.unlink_at(here, directory + "2", wali::AtFlags::REMOVEDIR)).has_value());
    CHECK(finish(ring, ring.unlink_at(here, directory + "2", wali::AtFlags::REMOVEDIR)).error() == Errno::NOENT);
}

TEST_CASE("pipes are spliced to files and copied to other pipes") {
    IoUring ring = IoUring::create().value();
    const Pipe from = Pipe::create().value();
    const Pipe to = Pipe::create().value();
    const File file = wali::fs::create_memory_file("ring").value();
    CHECK(from.writer.write_all("spliced"));
    CHECK(finish(ring, ring.tee(from.reader, to.writer, 100)).value() == 7);
    CHECK(finish(ring, ring.splice(from.reader, file, 100, {.to = 3})).value() == 7);
    std::array<std::byte, 10> bytes;
    CHECK(file.read_at(bytes, 0).value() == 10);
    CHECK(wali::as_text(wali::ConstBytes(bytes)).substr(3) == "spliced");
    CHECK(to.reader.read(bytes).value() == 7);
    CHECK(finish(ring, ring.splice(file, to.writer, 4, {.from = 5})).value() == 4);
}

TEST_CASE("a splice takes no timeout, but goes behind a poll with one") {
    IoUring ring = IoUring::create().value();
    const Pipe from = Pipe::create().value();
    const Pipe to = Pipe::create().value();
    CHECK(ring.splice(from.reader, to.writer, 1, {}, {.timeout = 1h}).error() ==
          wali::Error(Errno::OPNOTSUPP, wali::Call::splice));
    CHECK(ring.tee(from.reader, to.writer, 1, {.timeout = 1h}).error() ==
          wali::Error(Errno::OPNOTSUPP, wali::Call::tee));
    CHECK(ring.operations() == 0);
    const auto splice_in_time = [&](wali::Timeout time) {
        REQUIRE(ring.reserve(3));
        CHECK(ring.poll(from.reader, wali::EpollEvents::IN, {.index = 1, .link = true, .timeout = time}));
        const auto splicing = ring.splice(from.reader, to.writer, 1, {}, {.index = 2}).value();
        std::array<wali::result<void>, 3> results{Errno::AGAIN, Errno::AGAIN, Errno::AGAIN};
        for (int i = 0; i < 2; ++i) {
            IoCompletion done = ring.wait().value();
            CHECK(done.is_for(splicing) == (done.index() == 2));
            results[done.index()] = done.get<void>();
        }
        return results;
    };
    const auto late = splice_in_time(1ms);
    CHECK(late[1].error() == Errno::TIMEDOUT);
    CHECK(late[2].error() == Errno::CANCELED);
    CHECK(from.writer.write_all("x"));
    const auto in_time = splice_in_time(1h);
    CHECK(in_time[1]);
    CHECK(in_time[2]);
}

TEST_CASE("a completion that nobody looks at closes and frees what it has") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    CHECK(ring.open_at(here, "/dev/null", {}));
    CHECK(ring.read(wali::standard_error(), filled("dropped"), 0));
    CHECK(ring.wait());
    CHECK(ring.wait());
    CHECK(ring.open_at(here, "/dev/null", {}));
    CHECK(ring.submit());
}

TEST_CASE("a close that does not run leaves nothing open") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    CHECK(ring.reserve(2));
    CHECK(ring.read(wali::BorrowedFd(), filled("x"), 0, {.link = true}));
    CHECK(ring.close(File::open("/dev/null").value().into_fd()));
    CHECK(ring.wait().value().get<usize>().error() == Errno::BADF);
    CHECK(ring.wait().value().get<void>().error() == Errno::CANCELED);
}

TEST_CASE("a ring does not close another, whose descriptor is closed all the same") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    IoUring other = IoUring::create().value();
    CHECK(finish(ring, ring.close(wali::Fd::from_raw(fcntl(other.fd().raw(), F_DUPFD_CLOEXEC, 0)))).error() ==
          Errno::BADF);
    CHECK(finish(other, other.nop()).has_value());
}

TEST_CASE("the end of a ring cancels what is under way, waits for it, and never ran what was not submitted") {
    const test::LeavesNothing nothing;
    const Pipe pipe = Pipe::create().value();
    const Pipe other = Pipe::create().value();
    {
        IoUring ring = IoUring::create().value();
        for (int i = 0; i < 8; ++i) CHECK(ring.read(pipe.reader, IoBuffer::allocate(100).value(), 0));
        CHECK(ring.read(pipe.reader, IoBuffer::allocate(100).value(), 0, {.async = true}));
        CHECK(ring.poll(pipe.reader, wali::EpollEvents::IN));
        CHECK(ring.timeout(1h));
        CHECK(ring.submit());
        CHECK(ring.write(other.writer, filled("never"), IoUring::current_offset));
        CHECK(ring.close(File::open("/dev/null").value().into_fd()));
        CHECK(ring.operations() == 13);
    }
    // Nobody reads from it any more.
    CHECK(pipe.writer.write_all("x"));
    std::array<char, 2> byte;
    CHECK(pipe.reader.read(byte).value() == 1);
    CHECK(other.reader.set_non_blocking(true));
    CHECK(other.reader.read(byte).error() == Errno::AGAIN);
}

TEST_CASE("the end of a ring meets operations that wait behind one that drains") {
    const test::LeavesNothing nothing;
    const Pipe pipe = Pipe::create().value();
    IoUring ring = IoUring::create().value();
    CHECK(ring.read(pipe.reader, IoBuffer::allocate(100).value(), 0));
    CHECK(ring.nop({.drain = true}));
    CHECK(ring.submit());
    CHECK(ring.operations() == 2);
}

TEST_CASE("what waits in a thread of the kernel's is cancelled with an error that programs know") {
    const test::LeavesNothing nothing;
    const Pipe from = Pipe::create().value();
    const Pipe to = Pipe::create().value();
    IoUring ring = IoUring::create().value();
    const auto splicing = ring.splice(from.reader, to.writer, 1, {}).value();
    CHECK(ring.submit());
    for (;;) {
        CHECK(ring.cancel(splicing));
        IoCompletion done = ring.wait().value();
        if (!done.is_for(splicing)) continue;  // it may not run yet
        const wali::Error error = done.get(splicing).error();
        CHECK((error == Errno::INTR || error == Errno::CANCELED));
        break;
    }
}

TEST_CASE("what is cancelled gives its buffer back, and what has completed cannot be cancelled") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("in flight"), 0).value();
    CHECK(ring.submit());
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    const auto cancelling = ring.cancel(reading).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(reading)) {
            CHECK(done.get(reading).error() == Errno::CANCELED);
            CHECK(text_of(done.take_buffer()) == "in flight");
        } else {
            CHECK(done.get(cancelling).has_value());
        }
    }
    CHECK(finish(ring, ring.cancel(reading)).error() == Errno::NOENT);
    for (int i = 0; i < 3; ++i) CHECK(ring.poll(pipe.reader, wali::EpollEvents::IN, {.index = 1}));
    const auto all = ring.cancel_all(pipe.reader).value();
    usize cancelled = 0;
    for (int i = 0; i < 4; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(all))
            CHECK(done.get(all).value() == 3);
        else
            cancelled += done.get<void>().error() == Errno::CANCELED ? 1 : 0;
    }
    CHECK(cancelled == 3);
}

TEST_CASE("what is cancelled twice ends once") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create({.operations = 3}).value();
    const Pipe pipe = Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("old"), 0).value();
    for (int i = 0; i < 2; ++i) CHECK(ring.cancel(reading, {.index = 1}));
    int ended = 0;
    for (int i = 0; i < 3; ++i) {
        IoCompletion done = ring.wait().value();
        if (!done.is_for(reading)) continue;
        CHECK(done.get(reading).error() == Errno::CANCELED);
        ++ended;
    }
    CHECK(ended == 1);
    // The places of all three are free, and the key is of nobody who has one of them now.
    for (int i = 0; i < 2; ++i) CHECK(ring.read(pipe.reader, filled("new"), 0));
    const auto late = ring.cancel(reading).value();
    IoCompletion done = ring.wait().value();
    CHECK(done.get(late).error() == Errno::NOENT);
    CHECK(ring.operations() == 2);
    CHECK(pipe.writer.write_all("abcdef"));
    for (int i = 0; i < 2; ++i) CHECK(ring.wait().value().get<usize>().value() == 3);
}

TEST_CASE("a timeout that has passed has succeeded: what is linked to it starts") {
    IoUring ring = IoUring::create().value();
    CHECK(ring.reserve(2));
    const auto pausing = ring.timeout(1ms, {.link = true}).value();
    const auto then = ring.nop().value();
    CHECK(ring.wait().value().get(pausing));
    CHECK(ring.wait().value().get(then));
}

TEST_CASE("an operation that takes too long is cancelled, and one in time is not") {
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("late"), 0, {.timeout = 1ms}).value();
    IoCompletion done = ring.wait().value();
    CHECK(done.get(reading).error() == wali::Error(Errno::TIMEDOUT, wali::Call::pread64));
    CHECK(text_of(done.take_buffer()) == "late");
    CHECK(ring.operations() == 0);
    CHECK(pipe.writer.write_all("x"));
    CHECK(finish(ring, ring.read(pipe.reader, filled("."), 0, {.timeout = 1h})).value() == 1);
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    // In a chain: what follows does not start.
    CHECK(ring.reserve(5));
    CHECK(ring.read(pipe.reader, filled("."), 0, {.index = 1, .link = true, .timeout = 1ms}));
    CHECK(ring.nop({.index = 2, .link = true}));
    CHECK(ring.nop({.index = 3}));
    CHECK(ring.nop({.index = 4}));
    int ended = 0;
    for (int i = 0; i < 4; ++i) {
        done = ring.wait().value();
        const wali::result<void> result = done.get<void>();
        const Errno expected = done.index() == 1 ? Errno::TIMEDOUT : Errno::CANCELED;
        if (done.index() == 4)
            CHECK(result);
        else
            CHECK(result.error() == expected);
        ended |= 1 << done.index();
    }
    CHECK(ended == 0b11110);
}

TEST_CASE("what is linked hard to an operation runs after its error, also if that has a timeout") {
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    for (const wali::Duration timeout : {wali::forever(), wali::Duration(1h), wali::Duration(1ms)}) {
        // The writer cannot be read, and of the reader nothing comes.
        const wali::BorrowedFd from = timeout == wali::Duration(1ms) ? pipe.reader : pipe.writer;
        CHECK(ring.reserve(3));
        CHECK(ring.read(from, filled("."), 0, {.index = 1, .hard_link = true, .timeout = timeout}));
        CHECK(ring.nop({.index = 2}));
        for (u32 i = 1; i <= 2; ++i) {
            IoCompletion done = ring.wait().value();
            CHECK(done.index() == i);
            CHECK(done.get<void>().has_value() == (i == 2));
        }
    }
}

TEST_CASE("operations of a chain run one after the other") {
    IoUring ring = IoUring::create({.entries = 4}).value();
    const File file = wali::fs::create_memory_file("ring").value();
    CHECK(ring.nop());
    CHECK(ring.reserve(4));
    CHECK(ring.write(file, filled("abc"), 0, {.link = true}));
    CHECK(ring.write(file, filled("B"), 1, {.hard_link = true}));
    CHECK(ring.write(file, filled("C"), 2, {.link = true}));
    const auto reading = ring.read(file, filled("..."), 0).value();
    for (int i = 0; i < 4; ++i) CHECK(ring.wait().value().get<void>());
    IoCompletion done = ring.wait().value();
    CHECK(done.get(reading).value() == 3);
    CHECK(text_of(done.take_buffer()) == "aBC");
    // Longer than the queue.
    for (int i = 0; i < 4; ++i) CHECK(ring.nop({.link = true}));
    IoBuffer kept = filled("kept");
    CHECK(ring.write(file, std::move(kept), 0).error() == Errno::NOBUFS);
    CHECK(text_of(kept) == "kept");  // NOLINT(bugprone-use-after-move): that it was not moved
    CHECK(ring.reserve(5).error() == Errno::NOBUFS);
    CHECK(ring.submit());
    for (int i = 0; i < 4; ++i) CHECK(ring.wait().value().get<void>());
    CHECK(ring.nop({.drain = true}));
    CHECK(ring.wait().value().get<void>());
}

TEST_CASE("a full queue submits by itself, and operations without room keep their buffers") {
    IoUring ring = IoUring::create({.entries = 2, .completions = 4, .operations = 6}).value();
    const Pipe pipe = Pipe::create().value();
    for (u32 i = 0; i < 6; ++i) CHECK(ring.read(pipe.reader, filled("abc"), 0, {.index = i}));
    IoBuffer kept = filled("kept");
    CHECK(ring.read(pipe.reader, std::move(kept), 0).error() == Errno::NOBUFS);
    CHECK(text_of(kept) == "kept");  // NOLINT(bugprone-use-after-move): that it was not moved
    CHECK(ring.submit());
    // More completions than there is room for wait in the kernel.
    CHECK(pipe.writer.write_all("aabbccddeeffgghh"));
    usize size = 0;
    for (u32 seen = 0; seen != 0b111111;) {
        IoCompletion done = ring.wait().value();
        CHECK((seen >> done.index() & 1) == 0);
        seen |= 1U << done.index();
        size += done.get<usize>().value();
    }
    CHECK(size == 16);
    CHECK(ring.operations() == 0);
}

TEST_CASE("completions without room are not lost for who does not wait") {
    IoUring ring = IoUring::create({.entries = 2, .completions = 4, .operations = 6}).value();
    for (int i = 0; i < 6; ++i) CHECK(ring.nop());
    CHECK(ring.submit());
    for (int i = 0; i < 6; ++i) CHECK(ring.try_wait());
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    CHECK(ring.operations() == 0);
}

TEST_CASE("waiting ends in time, and after it nothing is lost") {
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    CHECK(ring.wait(1ms).error() == wali::Error(Errno::TIMEDOUT, wali::Call::io_uring_enter));
    const auto reading = ring.read(pipe.reader, filled("."), 0).value();
    CHECK(ring.wait(1ms).error() == Errno::TIMEDOUT);
    CHECK(ring.wait_until(wali::Deadline::after(0ms)).error() == Errno::TIMEDOUT);
    CHECK(pipe.writer.write_all("x"));
    CHECK(ring.wait(1h).value().get(reading).value() == 1);
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    CHECK(finish(ring, ring.timeout(1ms)).has_value());
    const auto timeout = ring.timeout(1h).value();
    const auto updating = ring.update_timeout(timeout, 1ms).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        CHECK((done.is_for(timeout) || done.is_for(updating)));
        CHECK(done.get<void>());
    }
    if (ring.supports(wali::IoUringOperation::READ_MULTISHOT)) {  // newer than what this needs
        const auto ticking = ring.timeout_multishot(1ms, 3).value();
        for (int i = 0; i < 3; ++i) {
            IoCompletion tick = ring.wait().value();
            CHECK(tick.get(ticking));
            CHECK(tick.has_more() == (i < 2));
        }
        CHECK(ring.operations() == 0);
    }
}

TEST_CASE("what a ring has lent is the parent's, whatever a forked child does with its copies") {
    IoUring ring = IoUring::create().value();
    CHECK(ring.register_files(1));
    wali::DirectDescriptor zero = finish(ring, ring.open_direct_at(here, "/dev/zero", {})).value();
    const auto group = ring.provide_buffers(1, 8).value();
    const auto pair = wali::Socket::pair().value();
    CHECK(ring.receive_multishot(pair.first, group));
    CHECK(ring.submit());
    CHECK(pair.second.send("lent"));
    IoCompletion done = ring.wait().value();
    wali::ProvidedBuffer lent = done.take_provided_buffer();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        const bool right = wali::as_text(lent.bytes()) == "lent";
        lent.give_back();
        zero.close();
        done = IoCompletion();
        ring = IoUring();
        wali::process::exit(right ? 0 : 1);
    }
    CHECK(wali::process::wait(child).value().status.exit_code() == 0);
    CHECK(wali::as_text(lent.bytes()) == "lent");
    CHECK(pair.second.send("more"));  // there is no buffer
    done = ring.wait().value();
    CHECK(done.get<usize>().error() == Errno::NOBUFS);
    CHECK(finish(ring, ring.read(zero, filled("abc"), 0)).value() == 3);
}

TEST_CASE("a ring does nothing in a forked child, whose end leaves it alone") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("....."), 0).value();
    CHECK(ring.submit());
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        bool right = ring.operations() == 0 && ring.nop().error() == Errno::OPNOTSUPP;
        right = right && ring.wait().error() == Errno::OPNOTSUPP && ring.try_wait().error() == Errno::OPNOTSUPP;
        right = right && ring.submit().error() == Errno::OPNOTSUPP;
        {
            const IoUring end = std::move(ring);
        }
        // Its own is another.
        IoUring own = IoUring::create().value();
        right = right && own.nop().has_value() && own.wait().value().get<void>().has_value();
        wali::process::exit(right ? 0 : 1);
    }
    CHECK(wali::process::wait(child).value().status.exit_code() == 0);
    CHECK(ring.operations() == 1);
    CHECK(pipe.writer.write_all("hello"));
    IoCompletion done = ring.wait().value();
    CHECK(done.get(reading).value() == 5);
    CHECK(text_of(done.take_buffer()) == "hello");
}
