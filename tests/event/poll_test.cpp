// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/poll.hpp>
#include <wali/event/select.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/fs.hpp>

using namespace std::chrono_literals;
using wali::DescriptorSet;
using wali::Errno;
using wali::Pipe;
using wali::PollEvents;
using wali::PollItem;
using wali::Signal;
using wali::event::poll;
using wali::event::poll_until;
using wali::event::select;
using wali::event::select_until;

namespace {

std::atomic<int> polled_signals = 0;
void count_polled_signal(int) noexcept { ++polled_signals; }

// Calls `wait` with a signal that waits, and the mask that lets it through.
template <class Wait>
void check_interrupted(Wait wait) {
    polled_signals = 0;
    CHECK(wali::signal::set_handler(Signal::USR1, count_polled_signal));
    const wali::SignalSet before = wali::signal::block({Signal::USR1}).value();
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR1));
    CHECK(polled_signals == 0);
    CHECK(wait(&before) == Errno::INTR);
    CHECK(polled_signals == 1);
    CHECK(wali::signal::set_mask(before));
    CHECK(wali::signal::reset(Signal::USR1));
}

}  // namespace

TEST_CASE("poll tells how many items are ready, and each for what") {
    const Pipe pipe = Pipe::create().value();
    std::array items{PollItem(pipe.reader.fd(), PollEvents::IN), PollItem(pipe.writer.fd(), PollEvents::OUT),
                     PollItem()};
    CHECK(poll(items).value() == 1);
    CHECK_FALSE(items[0].has(PollEvents::IN));
    CHECK(items[1].ready() == PollEvents::OUT);
    CHECK(items[2].ready() == PollEvents{});
    CHECK(items[1].descriptor() == pipe.writer.fd());
    CHECK(pipe.writer.write_all("x"));
    CHECK(poll(items, 0ms).value() == 2);
    CHECK(items[0].has(PollEvents::IN));
    items[0].set_wanted(PollEvents{});
    CHECK(poll(items, 0ms).value() == 1);
}

TEST_CASE("poll tells of hang-ups and of descriptors that are not open") {
    Pipe pipe = Pipe::create().value();
    std::array items{PollItem(pipe.reader.fd(), PollEvents::IN)};
    CHECK(pipe.writer.close());
    CHECK(poll(items).value() == 1);
    CHECK(items[0].has(PollEvents::HUP));
    CHECK(pipe.reader.close());
    CHECK(poll(items).value() == 1);
    CHECK(items[0].has(PollEvents::NVAL));
}

TEST_CASE("poll passes over the item of an empty descriptor") {
    const wali::File empty;
    std::array items{PollItem(empty, PollEvents::IN), PollItem()};
    CHECK(poll(items, 0ms).value() == 0);
    CHECK(items[0].ready() == PollEvents{});
}

TEST_CASE("poll lasts for its timeout, until its deadline, and not at all below zero") {
    for (const wali::Duration timeout : {wali::Duration(1'500'000), wali::Duration(1)}) {
        const auto start = wali::MonotonicClock::now();
        CHECK(poll({}, timeout).value() == 0);
        CHECK(wali::MonotonicClock::now() - start >= timeout);
    }
    const auto deadline = wali::MonotonicClock::now() + 2ms;
    CHECK(poll_until({}, deadline).value() == 0);
    CHECK(wali::MonotonicClock::now() >= deadline);
    CHECK(poll_until({}, deadline).value() == 0);
    CHECK(poll({}, -1s).value() == 0);
    CHECK(poll({}, 1ms).value() == 0);
}

TEST_CASE("poll and select unblock a signal only while they wait") {
    check_interrupted([](const wali::SignalSet* mask) { return poll({}, mask).error(); });
    check_interrupted([](const wali::SignalSet* mask) { return poll({}, 1h, mask).error(); });
    check_interrupted([](const wali::SignalSet* mask) { return select({}, mask).error(); });
    check_interrupted([](const wali::SignalSet* mask) { return select({}, 1h, mask).error(); });
}

TEST_CASE("select leaves what is ready in its sets") {
    const Pipe pipe = Pipe::create().value();
    std::vector<wali::u64> readable(DescriptorSet::words_for(1024));
    std::vector<wali::u64> writable(DescriptorSet::words_for(1024));
    DescriptorSet readers(readable);
    DescriptorSet writers(writable);
    CHECK(readers.add(pipe.reader.fd()));
    CHECK(writers.add(pipe.writer.fd()));
    CHECK(select({.readable = readers, .writable = writers}).value() == 1);
    CHECK_FALSE(readers.contains(pipe.reader.fd()));
    CHECK(writers.contains(pipe.writer.fd()));
    CHECK(pipe.writer.write_all("x"));
    CHECK(readers.add(pipe.reader.fd()));
    CHECK(select({.readable = readers, .writable = writers}, 0ms).value() == 2);
    writers.remove(pipe.writer.fd());
    CHECK(writers.end() == 0);
    CHECK(select({.readable = readers}, 0ms).value() == 1);
    readers.clear();
    CHECK(select({.readable = readers}, 1ms).value() == 0);
    CHECK(select_until({}, wali::MonotonicClock::now()).value() == 0);
    // The kernel passes over it, and would leave it in the set.
    CHECK(readers.add(wali::BorrowedFd::from_raw(1023)));
    CHECK(select({.readable = readers}, 0ms).error() == Errno::BADF);
}

TEST_CASE("select takes descriptors far above FD_SETSIZE, and refuses what has no room") {
    const Pipe pipe = Pipe::create().value();
    const long high =
        wali::sys::fcntl(pipe.reader.fd().raw(), wali::abi::bits(wali::abi::FcntlCommand::DUPFD_CLOEXEC), 3000);
    if (high < 0) {
        MESSAGE("no descriptor of 3000 is allowed");
        return;
    }
    const wali::File reader = wali::File::from_fd(wali::Fd::from_raw(static_cast<int>(high)));
    std::vector<wali::u64> words(DescriptorSet::words_for(4096));
    DescriptorSet readers(words);
    CHECK(readers.add(reader));
    CHECK(readers.end() == static_cast<wali::usize>(high) + 1);
    CHECK(pipe.writer.write_all("x"));
    CHECK(select({.readable = readers}).value() == 1);
    CHECK(readers.contains(reader));

    std::array<wali::u64, 1> few{};
    DescriptorSet small(few);
    CHECK(small.add(reader).error() == Errno::INVAL);
    CHECK_FALSE(small.contains(reader));
    CHECK(small.add(wali::BorrowedFd::from_raw(-1)).error() == Errno::BADF);
    CHECK_FALSE(small.contains(wali::BorrowedFd::from_raw(-1)));
    CHECK(select({.readable = readers, .writable = small}).error() == Errno::INVAL);
}
