// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include <support/child.hpp>
#include <wali/fs/file.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/mem/ring_buffer.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

using namespace std::chrono_literals;
using wali::Errno;
using wali::RingBuffer;

namespace {

// The byte at each place of the stream.
std::byte nth(wali::u32 place) { return static_cast<std::byte>(place * 7 + place / 251); }

void write_stream(RingBuffer& ring, wali::u32 total) {
    wali::u32 place = 0;
    while (place < total) {
        (void)ring.wait_for_room();
        const wali::MutableBytes room = ring.room();
        // Sizes that are no divisors of the capacity.
        const wali::usize size = std::min({room.size(), wali::usize{977}, wali::usize{total - place}});
        for (std::byte& byte : room.first(size)) byte = nth(place++);
        ring.commit(size);
    }
    ring.finish();
}

// Whether exactly the stream came.
bool read_stream(RingBuffer& ring, wali::u32 total) {
    wali::u32 place = 0;
    while (!ring.at_end()) {
        (void)ring.wait_for_data();
        const wali::ConstBytes data = ring.data();
        for (const std::byte byte : data)
            if (byte != nth(place++)) return false;
        ring.consume(data.size());
    }
    return place == total;
}

}  // namespace

TEST_CASE("data and room are in one piece, also where the ring wraps") {
    RingBuffer ring = RingBuffer::create(4096).value();
    CHECK(ring.capacity() == 4096);
    CHECK(ring.data().empty());
    CHECK(ring.room().size() == 4096);
    ring.commit(4000);
    ring.consume(4000);
    CHECK(ring.room().size() == 4096);
    std::ranges::fill(ring.room().first(200), std::byte{9});
    ring.commit(200);
    CHECK(ring.data().size() == 200);
    CHECK(std::ranges::all_of(ring.data(), [](std::byte byte) { return byte == std::byte{9}; }));
    CHECK(ring.room().size() == 4096 - 200);
    ring.commit(ring.room().size());
    CHECK(ring.room().empty());
    CHECK(ring.wait_for_room(wali::MonotonicClock::now()).error() == Errno::TIMEDOUT);
    CHECK(ring.data()[0] == std::byte{9});
    ring.consume(4096);
    CHECK(ring.wait_for_data(wali::MonotonicClock::now() + 1ms).error() == Errno::TIMEDOUT);
    CHECK_FALSE(ring.at_end());
    ring.finish();
    CHECK(ring.at_end());
    CHECK(ring.wait_for_data());
    const RingBuffer moved = std::move(ring);
    CHECK(moved.capacity() == 4096);
    CHECK_FALSE(static_cast<bool>(ring));  // NOLINT(bugprone-use-after-move)
    CHECK(ring.capacity() == 0);           // else wasm, where address 0 is memory, would write there
}

TEST_CASE("a thread reads what another writes") {
    RingBuffer ring = RingBuffer::create(8192).value();
    RingBuffer other = RingBuffer::open(ring.fd()).value();
    std::jthread writer([&] { write_stream(ring, 1'000'000); });
    CHECK(read_stream(other, 1'000'000));
}

TEST_CASE("a process reads what another writes, and wakes it") {
    RingBuffer ring = RingBuffer::create(4096).value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        write_stream(ring, 300'000);
        wali::process::exit(0);
    }
    CHECK(read_stream(ring, 300'000));
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
}

TEST_CASE("positions that another process has spoilt lead nowhere else") {
    RingBuffer ring = RingBuffer::create(4096).value();
    auto spoilt = wali::MutableMemoryMap::of_file(ring.fd(), 4096, {.map = {.shared = true}}).value();
    for (const wali::u32 number : {~wali::u32{0}, wali::u32{0x8000'0001}, wali::u32{12345}}) {
        std::ranges::fill(spoilt.values<wali::u32>(0, 1024).value(), number);
        spoilt.values<wali::u32>(0, 1).value()[0] = number / 3;
        CHECK(ring.data().size() <= 4096);
        CHECK(ring.room().size() <= 4096);
        std::ranges::fill(ring.room(), std::byte{1});
        unsigned sum = 0;
        for (const std::byte byte : ring.data()) sum += static_cast<unsigned>(byte);
        CHECK(sum <= 4096 * 255);
    }
}

TEST_CASE("who uses a RingBuffer of nothing traps, and touches no memory") {
    const auto trapped = [](auto use) {
        return test::in_child([use] {
                   RingBuffer none;
                   use(none);
                   return 0;
               }) == -static_cast<int>(wali::abi::bits(wali::abi::Signal::ILL));
    };
    CHECK(trapped([](RingBuffer& none) { (void)none.room(); }));
    CHECK(trapped([](RingBuffer& none) { (void)none.wait_for_data(wali::Deadline::after(1ms)); }));
    CHECK(trapped([](RingBuffer& none) { none.finish(); }));
    CHECK(trapped([](RingBuffer& none) { none.consume(0); }));
}

TEST_CASE("only what is a ring, and cannot be made smaller, is opened") {
    CHECK(RingBuffer::create(0).error() == Errno::INVAL);
    CHECK(RingBuffer::create(5000).error() == Errno::INVAL);
    CHECK(RingBuffer::create(2048).error() == Errno::INVAL);
    CHECK(RingBuffer::open(wali::File::open("/dev/null").value()).error() == Errno::INVAL);
    CHECK(RingBuffer::open(wali::BorrowedFd::from_raw(-1)).error() == Errno::BADF);
    const RingBuffer ring = RingBuffer::create(4096).value();
    const long copy = wali::sys::fcntl(ring.fd().raw(), wali::abi::bits(wali::abi::FcntlCommand::DUPFD_CLOEXEC), 0);
    const wali::File file = wali::File::from_fd(wali::Fd::from_raw(static_cast<int>(copy)));
    CHECK(file.truncate(4096).error() == Errno::PERM);
    CHECK(RingBuffer::open(file).value().capacity() == 4096);
}
