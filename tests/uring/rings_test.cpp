// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/event_fd.hpp>
#include <wali/event/poll.hpp>
#include <wali/fs/memory_file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>
#include <wali/uring/io_uring.hpp>

#include "operations.hpp"
#include "support/child.hpp"
#include "support/leaves_nothing.hpp"

using namespace std::chrono_literals;
using test::filled;
using test::finish;
using wali::Errno;
using wali::IoBuffer;
using wali::IoCompletion;
using wali::IoKey;
using wali::IoUring;
using wali::IoUringOperation;
using wali::u32;
using wali::usize;

TEST_CASE("rings send each other messages") {
    IoUring one = IoUring::create().value();
    IoUring two = IoUring::create().value();
    CHECK(finish(one, one.send_message(two, 0xdeadbeef, 0xfedcba98)).has_value());
    IoCompletion message = two.wait().value();
    CHECK(message.is_message());
    CHECK(message.message() == 0xdeadbeef);
    CHECK(message.index() == 0xfedcba98);
    CHECK_FALSE(message.take_buffer());
    CHECK(two.operations() == 0);
    // One that waits in another thread.
    std::atomic<u32> got = 0;
    std::thread waiter([&] { got = two.wait().value().message(); });
    CHECK(finish(one, one.send_message(two, 42, 0)).has_value());
    waiter.join();
    CHECK(got == 42);
    CHECK(finish(one, one.send_message(wali::standard_error(), 1, 1)).error() == Errno::BADFD);
    CHECK_FALSE(IoCompletion().take_direct());
}

TEST_CASE("a ring passes a direct descriptor to another") {
    const test::LeavesNothing nothing;
    IoUring one = IoUring::create().value();
    IoUring two = IoUring::create().value();
    CHECK(one.register_files(1));
    CHECK(two.register_files(1));
    wali::DirectDescriptor zero = finish(one, one.open_direct_at(wali::current_directory(), "/dev/zero", {})).value();
    CHECK(finish(one, one.send_direct(two, zero, 5)).has_value());
    CHECK(finish(one, one.send_direct(two, zero, 6)).error() == Errno::NFILE);
    CHECK(two.send_direct(one, zero, 6).error() == Errno::BADF);
    zero.close();
    IoCompletion message = two.wait().value();
    CHECK(message.index() == 5);
    const wali::DirectDescriptor received = message.take_direct();
    CHECK(finish(two, two.read(received, filled("abc"), 0)).value() == 3);
    CHECK_FALSE(message.take_direct());  // it has one owner
}

TEST_CASE("a direct descriptor that nobody takes out of its message is closed") {
    const test::LeavesNothing nothing;
    IoUring one = IoUring::create().value();
    IoUring two = IoUring::create().value();
    CHECK(one.register_files(1));
    CHECK(two.register_files(1));
    const auto zero = finish(one, one.open_direct_at(wali::current_directory(), "/dev/zero", {})).value();
    for (int i = 0; i < 3; ++i) {
        CHECK(finish(one, one.send_direct(two, zero, 5)).has_value());
        CHECK(two.wait().value().is_message());
    }
}

TEST_CASE("a futex is waited on and woken through rings") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::WAIT_FUTEX)) return;
    const wali::FutexWord word = 1;
    CHECK(finish(ring, ring.wait_on(word, 2)).error() == wali::Error(Errno::AGAIN, wali::Call::futex));
    const auto waiting = ring.wait_on(word, 1).value();
    CHECK(ring.submit());
    const auto waking = ring.wake(word, 10).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(waking))
            CHECK(done.get(waking).value() == 1);
        else
            CHECK(done.get(waiting));
    }
}

TEST_CASE("one of several futexes is waited on through a ring") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::WAITV_FUTEX)) return;
    const wali::FutexWord one = 1;
    const wali::FutexWord two = 2;
    const std::array waiters{wali::FutexWaiter(one, 1), wali::FutexWaiter(two, 2)};
    const auto waiting = ring.wait_on_any(waiters).value();
    CHECK(ring.submit());
    const auto waking = ring.wake(two, 10).value();
    for (int i = 0; i < 2; ++i) {
        IoCompletion done = ring.wait().value();
        if (done.is_for(waking))
            CHECK(done.get(waking).value() == 1);
        else
            CHECK(done.get(waiting).value() == 1);
    }
    const std::array others{wali::FutexWaiter(one, 1), wali::FutexWaiter(two, 3)};
    CHECK(finish(ring, ring.wait_on_any(others)).error() == wali::Error(Errno::AGAIN, wali::Call::futex_waitv));
    CHECK(finish(ring, ring.wait_on_any({})).error() == Errno::INVAL);
}

TEST_CASE("the end of a child comes as a completion") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::WAITID)) return;
    const wali::Pipe pipe = wali::Pipe::create().value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        std::array<char, 1> byte;
        wali::process::exit(pipe.reader.read(byte).value_or(0) == 1 ? 7 : 1);
    }
    const auto waiting = ring.wait_child(child, wali::WaitOptions::EXITED).value();
    CHECK(ring.submit());
    CHECK(ring.try_wait().error() == Errno::AGAIN);
    CHECK(pipe.writer.write_all("x"));
    const wali::IoChildChange change = ring.wait().value().get(waiting).value();
    CHECK(change.child == child);
    CHECK(change.user == wali::process::user_id());
    CHECK(change.status.exit_code() == 7);
    CHECK(finish(ring, ring.wait_child(child, wali::WaitOptions::EXITED)).error() ==
          wali::Error(Errno::CHILD, wali::Call::waitid));
}

TEST_CASE("a child that stops and goes on completes waits for that alone") {
    const test::LeavesNothing nothing;
    IoUring ring = IoUring::create().value();
    if (!ring.supports(IoUringOperation::WAITID)) return;
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        (void)wali::process::send_signal(wali::process::id(), wali::Signal::STOP);
        wali::process::exit(0);
    }
    const wali::IoChildChange stop = finish(ring, ring.wait_child(child, wali::WaitOptions::STOPPED)).value();
    CHECK(stop.status.stop_signal() == wali::Signal::STOP);
    REQUIRE(wali::process::send_signal(child, wali::Signal::CONT));
    // Looked at, it stays to be waited for.
    const auto peek = wali::WaitOptions::EXITED | wali::WaitOptions::NOWAIT;
    CHECK(finish(ring, ring.wait_child(child, peek)).value().status.exit_code() == 0);
    CHECK(finish(ring, ring.wait_child(child, wali::WaitOptions::EXITED)).value().child == child);
}

TEST_CASE("a futex that is waited on for too long says so") {
    IoUring ring = IoUring::create().value();
    if (!ring.supports(wali::IoUringOperation::WAIT_FUTEX)) return;
    const wali::FutexWord word(7);
    CHECK(finish(ring, ring.wait_on(word, 7, {.timeout = 1ms})).error() ==
          wali::Error(Errno::TIMEDOUT, wali::Call::futex));
}

TEST_CASE("any other operation can be added in the kernel's form, and owns its memory") {
    IoUring ring = IoUring::create().value();
    const wali::Pipe pipe = wali::Pipe::create().value();
    // READV: an array of buffers, which the operation owns as well as the buffer.
    IoBuffer buffer = filled("....");
    IoBuffer vector = IoBuffer::allocate(sizeof(wali::MutableBuffer)).value();
    std::construct_at(reinterpret_cast<wali::MutableBuffer*>(vector.bytes().data()), buffer.bytes());
    wali::abi::io_uring_sqe entry{};
    entry.opcode = wali::abi::bits(IoUringOperation::READV);
    entry.fd = pipe.reader.fd().raw();
    entry.addr = reinterpret_cast<std::uintptr_t>(vector.bytes().data());
    entry.len = 1;
    const auto reading = ring.add(entry, std::move(buffer), std::move(vector)).value();
    CHECK(ring.submit());
    CHECK_FALSE(buffer);  // NOLINT(bugprone-use-after-move): that it was moved
    CHECK_FALSE(vector);  // NOLINT(bugprone-use-after-move)
    CHECK(pipe.writer.write_all("read"));
    IoCompletion done = ring.wait().value();
    CHECK(done.get(reading).value() == 4);
    CHECK(wali::as_text(done.take_buffer().bytes()) == "read");
    entry.opcode = 250;
    CHECK(finish(ring, ring.add(entry, IoBuffer(), IoBuffer())).error() == Errno::INVAL);
    CHECK_FALSE(ring.supports(static_cast<IoUringOperation>(250)));
}

TEST_CASE("a completion that some other code has sent is nobody's") {
    IoUring ring = IoUring::create().value();
    IoUring sender = IoUring::create().value();
    const wali::Pipe pipe = wali::Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("..."), 0).value();
    CHECK(ring.submit());
    // Of the same place but another time, and of a place that there is not.
    for (const wali::u64 name : {wali::u64{0}, wali::u64{0xff'ffff}}) {
        wali::abi::io_uring_sqe entry{};
        entry.opcode = wali::abi::bits(IoUringOperation::MSG_RING);
        entry.fd = ring.fd().raw();
        entry.off = name;
        CHECK(finish(sender, sender.add(entry, IoBuffer(), IoBuffer())).value() == 0);
        CHECK(ring.try_wait().error() == Errno::AGAIN);
    }
    CHECK(ring.operations() == 1);
    CHECK(pipe.writer.write_all("abc"));
    CHECK(ring.wait().value().get(reading).value() == 3);
}

TEST_CASE("an eventfd and the ring's descriptor tell of completions, and workers are limited") {
    IoUring ring = IoUring::create().value();
    const wali::EventFd event = wali::EventFd::create(0, wali::EventfdFlags::NONBLOCK).value();
    CHECK(ring.register_event_fd(event));
    CHECK(ring.limit_workers(2, 2));
    CHECK(event.read().error() == Errno::AGAIN);
    CHECK(ring.nop());
    CHECK(ring.submit());
    CHECK(event.read().value() == 1);
    std::array items{wali::PollItem(ring.fd(), wali::PollEvents::IN)};
    CHECK(wali::event::poll(items, 1h).value() == 1);
    CHECK(ring.try_wait());
}

TEST_CASE("a ring that defers its work is one thread's") {
    IoUring ring = IoUring::create({.defer_work = true}).value();
    const wali::Pipe pipe = wali::Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("..."), 0).value();
    CHECK(ring.submit());
    CHECK(pipe.writer.write_all("abc"));
    IoCompletion done = ring.wait(1h).value();
    CHECK(done.get(reading).value() == 3);
    CHECK(wali::as_text(done.take_buffer().bytes()) == "abc");
}

TEST_CASE("a child that is forked while threads make rings makes its own") {
    constexpr int count = 4;
    std::atomic<bool> stop = false;
    std::vector<std::thread> makers;
    for (int i = 0; i < count; ++i)
        makers.emplace_back([&] {
            while (!stop) (void)IoUring::create({.entries = 1}).value();
        });
    for (int round = 0; round < 20; ++round) {
        std::vector<wali::Pid> children;
        for (int i = 0; i < 10; ++i)
            children.push_back(test::start_child([] {
                // As many as there may be halves of in the parent.
                std::array<IoUring, count> rings;
                for (IoUring& ring : rings) {
                    auto made = IoUring::create({.entries = 1});
                    if (!made) return 1;
                    ring = std::move(made).value();
                }
                return 0;
            }));
        for (const wali::Pid child : children) CHECK(test::end_of(child) == 0);
    }
    stop = true;
    for (std::thread& maker : makers) maker.join();
}

TEST_CASE("a ring that is moved goes on, and an empty one does nothing") {
    IoUring ring = IoUring::create().value();
    const wali::Pipe pipe = wali::Pipe::create().value();
    const auto reading = ring.read(pipe.reader, filled("..."), 0).value();
    IoUring other = std::move(ring);
    CHECK_FALSE(ring);  // NOLINT(bugprone-use-after-move): that it is empty
    CHECK(ring.nop().error() == Errno::OPNOTSUPP);
    CHECK(ring.wait().error() == Errno::OPNOTSUPP);
    CHECK(ring.submit().error() == Errno::OPNOTSUPP);
    CHECK(ring.reserve(1).error() == Errno::OPNOTSUPP);
    CHECK(ring.register_files(1).error() == Errno::OPNOTSUPP);
    CHECK(ring.provide_buffers(1, 1).error() == Errno::OPNOTSUPP);
    CHECK_FALSE(ring.supports(IoUringOperation::NOP));
    CHECK(pipe.writer.write_all("abc"));
    CHECK(other.wait().value().get(reading).value() == 3);
    CHECK(IoUring::create({.entries = 0}).error() == wali::Error(Errno::INVAL, wali::Call::io_uring_setup));
}

namespace {

/// One thread with a ring: operations in random order, each with a buffer whose bytes say whose it is.
class Storm {
  public:
    Storm(u32 number, IoUring& ring, wali::BorrowedFd neighbour)
        : ring_(ring), neighbour_(neighbour), random_(number), mark_(static_cast<std::byte>(number + 1)) {}

    /// How many operations have completed.
    u32 run(wali::Deadline end) {
        for (u32 step = 0; step < 200 || !end.has_passed(); ++step) {
            add_something();
            if (random_() % 64 == 0) leave_a_ring_behind();
            while (random_() % 4 != 0) {
                wali::result<IoCompletion> done = ring_.try_wait();
                if (!done) break;
                note(std::move(done).value());
            }
            while (ring_.operations() > 24) wait_for_one();
        }
        while (ring_.operations() != 0) wait_for_one();
        return completed_;
    }

    bool is_right() const { return right_; }

  private:
    static constexpr u32 blocks = 8;
    static constexpr usize block_size = 600;
    enum : u32 { READ = 100, WRITE = 200, PIPE = 300, OTHER = 400, MESSAGE = 500 };

    void wait_for_one() {
        (void)wali::write(pipe_.writer, std::span(&mark_, 1));  // if nothing but reads of the pipe is under way
        note(ring_.wait().value());
    }

    IoBuffer marked(std::byte value) {
        IoBuffer buffer = IoBuffer::allocate(block_size).value();
        std::ranges::fill(buffer.bytes(), value);
        return buffer;
    }

    void add_something() {
        const u32 block = random_() % blocks;
        switch (random_() % 10) {
            case 0:
            case 1:
                if (std::exchange(busy_[block], true)) break;
                next_[block] = static_cast<std::byte>(random_());
                expect(ring_.write(file_, marked(next_[block]), block * block_size, {.index = WRITE + block}));
                break;
            case 2:
                if (std::exchange(busy_[block], true)) break;
                expect(ring_.read(file_, marked(std::byte{0}), block * block_size, {.index = READ + block}));
                break;
            case 3:
                last_ = ring_.read(pipe_.reader, marked(mark_), IoUring::current_offset, {.index = PIPE}).value();
                break;
            case 4: (void)wali::write(pipe_.writer, std::span(&mark_, 1)); break;
            case 5: expect(ring_.cancel(last_, {.index = OTHER})); break;
            case 6:
                expect(ring_.read(pipe_.reader, marked(mark_), IoUring::current_offset,
                                  {.index = PIPE, .timeout = a_while()}));
                break;
            case 7: send_descriptor(); break;
            case 8:
                expect(ring_.receive_message(pair_.second, one(marked(std::byte{0})),
                                             wali::IoControl::allocate(wali::descriptor_space(1)).value(), {},
                                             {.index = MESSAGE, .timeout = a_while()}));
                break;
            default: expect(ring_.send_message(neighbour_, 0x600d, OTHER, {.index = OTHER})); break;
        }
    }

    void send_descriptor() {
        wali::OutgoingControlBuffer<wali::descriptor_space(1)> control;
        expect(control.add_descriptor(quiet_.reader));
        expect(ring_.send_message(pair_.first, one(marked(mark_)), {.control = &control},
                                  {.index = OTHER, .timeout = a_while()}));
    }

    wali::Timeout a_while() { return std::chrono::microseconds(random_() % 200); }

    static wali::IoBufferVector one(IoBuffer buffer) { return wali::IoBufferVector::of(std::span(&buffer, 1)).value(); }

    // A ring that ends while the kernel has its buffers.
    void leave_a_ring_behind() {
        IoUring ring = IoUring::create({.entries = 4}).value();
        for (u32 count = random_() % 6; count > 0; --count) expect(ring.read(quiet_.reader, marked(mark_), 0));
        if (random_() % 2 == 0) expect(ring.submit());
    }

    template <class T>
    void expect(const wali::result<T>& added) {
        right_ = right_ && added.has_value();
    }

    void note(IoCompletion done) {
        ++completed_;
        const IoBuffer buffer = done.take_buffer();
        const wali::ConstBytes bytes = buffer.bytes();
        const auto all_are = [&](std::byte value) {
            return bytes.size() == block_size && std::ranges::all_of(bytes, [&](std::byte b) { return b == value; });
        };
        if (done.is_message()) {
            right_ = right_ && done.message() == 0x600d && done.index() == OTHER;
        } else if (done.index() == PIPE) {
            right_ = right_ && all_are(mark_);  // whatever came, and if nothing did
        } else if (done.index() == MESSAGE) {
            const bool came = done.get<usize>().has_value();
            const wali::IoBufferVector buffers = done.take_buffers();
            right_ = right_ && buffers.count() == 1 && buffers.buffers()[0].bytes()[0] == (came ? mark_ : std::byte{0});
            if (random_() % 2 == 0) return;  // the completion has the control messages still
            wali::IoControl control = done.take_control();
            right_ = right_ && control.received().descriptors() == (came ? 1 : 0);
            const wali::Fd taken = control.received().take_descriptor();
        } else if (done.index() >= WRITE && done.index() < WRITE + blocks) {
            const u32 block = done.index() - WRITE;
            right_ = right_ && done.get<usize>().value_or(0) == block_size && all_are(next_[block]);
            now_[block] = next_[block];
            busy_[block] = false;
        } else if (done.index() >= READ && done.index() < READ + blocks) {
            const u32 block = done.index() - READ;
            right_ = right_ && done.get<usize>().value_or(0) == block_size && all_are(now_[block]);
            busy_[block] = false;
        }
    }

    IoUring& ring_;
    wali::BorrowedFd neighbour_;
    std::minstd_rand random_;
    std::byte mark_;
    wali::File file_ = [] {
        wali::File file = wali::fs::create_memory_file("storm").value();
        REQUIRE(file.truncate(blocks * block_size));
        return file;
    }();
    wali::Pipe pipe_ = [] {
        wali::Pipe pipe = wali::Pipe::create().value();
        REQUIRE(pipe.writer.set_non_blocking(true));
        return pipe;
    }();
    wali::Pipe quiet_ = wali::Pipe::create().value();
    wali::Socket::Pair pair_ = wali::Socket::pair(wali::SocketType::SEQPACKET).value();
    std::array<std::byte, blocks> now_{};
    std::array<std::byte, blocks> next_{};
    std::array<bool, blocks> busy_{};
    IoKey<usize> last_;
    u32 completed_ = 0;
    bool right_ = true;
};

}  // namespace

// WALI_RING_SECONDS=600 runs it for ten minutes.
TEST_CASE("eight threads, each with its ring, under random operations") {
    const test::LeavesNothing nothing;
    constexpr u32 threads = 8;
    const char* const seconds = std::getenv("WALI_RING_SECONDS");
    const wali::Deadline end = wali::Deadline::after(std::chrono::seconds(seconds != nullptr ? std::atoi(seconds) : 0));
    std::vector<IoUring> rings;  // which get messages until all threads have ended
    for (u32 i = 0; i < threads; ++i) rings.push_back(IoUring::create({.entries = 8, .operations = 32}).value());
    std::array<std::atomic<u32>, threads> completed{};
    std::atomic<bool> right = true;
    {
        std::vector<std::thread> running;
        for (u32 i = 0; i < threads; ++i)
            running.emplace_back([&, i] {
                Storm storm(i, rings[i], rings[(i + 1) % threads]);
                completed[i] = storm.run(end);
                right = right && storm.is_right();
            });
        for (std::thread& each : running) each.join();
    }
    CHECK(right);
    u32 total = 0;
    for (const std::atomic<u32>& each : completed) {
        CHECK(each > 100);
        total += each;
    }
    if (seconds != nullptr) MESSAGE(total << " operations");
}
