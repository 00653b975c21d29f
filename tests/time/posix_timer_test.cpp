// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/process.hpp>
#include <wali/time/clock.hpp>
#include <wali/time/posix_timer.hpp>
#include <wali/time/sleep.hpp>

using namespace std::chrono_literals;
using wali::Errno;
using wali::MonotonicClock;
using wali::PosixTimer;
using wali::Signal;

namespace {

std::atomic<int> expirations = 0;
std::atomic<int> handled_by = 0;

void count_expiration(int) noexcept {
    handled_by = wali::process::thread_id().raw();
    ++expirations;
}

const PosixTimer* overrunning = nullptr;
std::atomic<wali::u32> missed = 0;

void count_missed(int) noexcept {
    missed += overrunning->overrun().value();
    ++expirations;
}

struct Counted {
    Counted() {
        expirations = 0;
        CHECK(wali::signal::set_handler(Signal::USR2, count_expiration));
    }
    ~Counted() { CHECK(wali::signal::reset(Signal::USR2)); }
};

}  // namespace

TEST_CASE("a POSIX timer sends its signal at each expiry until it is stopped") {
    const Counted counted;
    const PosixTimer timer = PosixTimer::create(Signal::USR2).value();
    CHECK(timer);
    CHECK(timer.set_after(1ms));
    while (expirations == 0) (void)wali::time::sleep_for(1ms);
    CHECK(timer.remaining().value().next == wali::Duration::zero());
    CHECK(timer.set_at(MonotonicClock::now(), 500us));
    while (expirations < 4) (void)wali::time::sleep_for(1ms);
    CHECK(timer.remaining().value().interval == 500us);
    CHECK(timer.stop());
    CHECK(timer.remaining().value().interval == wali::Duration::zero());
}

TEST_CASE("a POSIX timer that is due already expires at once") {
    const Counted counted;
    const PosixTimer timer = PosixTimer::create(Signal::USR2).value();
    CHECK(timer.set_at(MonotonicClock::time_point()));
    while (expirations < 1) (void)wali::time::sleep_for(1ms);
    CHECK(timer.set_after(-1s));
    while (expirations < 2) (void)wali::time::sleep_for(1ms);
}

TEST_CASE("what expires while its signal waits is an overrun") {
    const Counted counted;
    CHECK(wali::signal::set_handler(Signal::USR2, count_missed));
    const wali::SignalSet before = wali::signal::block({Signal::USR2}).value();
    const PosixTimer timer = PosixTimer::create(Signal::USR2).value();
    overrunning = &timer;
    missed = 0;
    const auto start = MonotonicClock::now();
    CHECK(timer.set_at(start, 100us));
    CHECK(wali::time::sleep_until(start + 5ms));
    CHECK(expirations == 0);
    CHECK(wali::signal::set_mask(before));
    while (expirations == 0) (void)wali::time::sleep_for(1ms);
    CHECK(timer.stop());
    CHECK(missed + static_cast<wali::u32>(expirations) >= 50);
}

TEST_CASE("a POSIX timer signals the thread that it was made for") {
    const Counted counted;
    std::atomic<bool> done = false;
    std::atomic<int> other = 0;
    const std::jthread thread([&] {
        other = wali::process::thread_id().raw();
        while (!done) (void)wali::time::sleep_for(1ms);
    });
    while (other == 0) (void)wali::time::sleep_for(1ms);
    const PosixTimer timer = PosixTimer::create_for_thread(wali::Tid(other), Signal::USR2).value();
    CHECK(timer.set_after(100us, 100us));
    while (expirations < 3) (void)wali::time::sleep_for(1ms);
    CHECK(timer.stop());
    CHECK(handled_by == other);
    done = true;
    CHECK(PosixTimer::create_for_thread(wali::Tid(1), Signal::USR2).error() ==
          wali::Error(Errno::INVAL, wali::Call::timer_create));
}

TEST_CASE("a timer of processor time counts work") {
    const Counted counted;
    const auto timer = wali::BasicPosixTimer<wali::ProcessCpuClock>::create(Signal::USR2).value();
    CHECK(timer.set_after(2ms));
    const auto start = wali::ProcessCpuClock::now();
    while (expirations == 0) {
    }
    CHECK(wali::ProcessCpuClock::now() - start >= 1ms);
    CHECK(wali::BasicPosixTimer<wali::MonotonicRawClock>::create_silent().error() == Errno::OPNOTSUPP);
}

TEST_CASE("a silent timer only tells what is left, and moves with its owner") {
    PosixTimer timer = PosixTimer::create_silent().value();
    CHECK(timer.set_after(1h));
    const int id = timer.id();
    PosixTimer moved = std::move(timer);
    CHECK_FALSE(static_cast<bool>(timer));  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(timer.stop().error() == Errno::INVAL);
    CHECK(moved.id() == id);
    CHECK(moved.remaining().value().next > 59min);
    // A child has none of the parent's, and its copy ends none.
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        const bool none = moved.remaining().has_error();
        const PosixTimer own = PosixTimer::create_silent().value();
        moved = PosixTimer();
        wali::process::exit(none && own.remaining() ? 0 : 1);
    }
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
    CHECK(moved.remaining());
}
