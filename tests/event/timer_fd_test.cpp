// SPDX-License-Identifier: BSL-1.0
#include <array>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/timer_fd.hpp>
#include <wali/sys/time.hpp>
#include <wali/time/clock.hpp>

using namespace std::chrono_literals;
using wali::Errno;
using wali::MonotonicClock;
using wali::RealtimeTimerFd;
using wali::TimerFd;
using wali::TimerfdFlags;

TEST_CASE("a timer expires after its time, once") {
    const TimerFd timer = TimerFd::create().value();
    const auto start = MonotonicClock::now();
    CHECK(timer.set_after(2ms));
    CHECK(timer.read().value() == 1);
    CHECK(MonotonicClock::now() - start >= 2ms);
    CHECK(timer.remaining().value().next == wali::Duration::zero());
}

TEST_CASE("a point in time that has passed, and a time below zero, expire at once") {
    const TimerFd timer = TimerFd::create().value();
    CHECK(timer.set_at(MonotonicClock::now() - 1s));
    CHECK(timer.read().value() == 1);
    CHECK(timer.set_at(MonotonicClock::time_point()));
    CHECK(timer.read().value() == 1);
    CHECK(timer.set_after(-1s));
    CHECK(timer.read().value() == 1);
    CHECK(timer.set_after(0s));
    CHECK(timer.read().value() == 1);
    const RealtimeTimerFd of_day = RealtimeTimerFd::create().value();
    const auto when = wali::RealtimeClock::now() + 2ms;
    CHECK(of_day.set_at(when));
    CHECK(of_day.read().value() == 1);
    CHECK(wali::RealtimeClock::now() >= when);
}

TEST_CASE("an interval goes on, and a read counts what has expired since the last") {
    const TimerFd timer = TimerFd::create(TimerfdFlags::NONBLOCK).value();
    const auto start = MonotonicClock::now();
    CHECK(timer.set_at(start, 1ms));
    while (MonotonicClock::now() - start < 5ms) {
    }
    CHECK(timer.read().value() >= 5);
    CHECK(timer.remaining().value().interval == 1ms);
    CHECK(timer.stop());
    CHECK(timer.read().error() == wali::Error(Errno::AGAIN, wali::Call::read));
    CHECK(timer.remaining().value().interval == wali::Duration::zero());
}

TEST_CASE("an epoll watches timers of several clocks") {
    const wali::Epoll epoll = wali::Epoll::create().value();
    const auto never = epoll.add(TimerFd::create().value(), wali::EpollEvents::IN, 1).value();
    const auto soon =
        epoll.add(wali::BasicTimerFd<wali::BoottimeClock>::create().value(), wali::EpollEvents::IN, 2).value();
    CHECK(never->set_after(1h));
    CHECK(soon->set_after(1ms));
    std::array<wali::EpollEvent, 2> events;
    const auto ready = epoll.wait(events).value();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].is_for(soon));
    CHECK(never->remaining().value().next > 59min);
}

TEST_CASE("setting the clock cancels a timer that asks for it") {
    const RealtimeTimerFd timer = RealtimeTimerFd::create(TimerfdFlags::NONBLOCK).value();
    CHECK(timer.set_at_or_cancel(wali::RealtimeClock::now() + 1h));
    CHECK(timer.read().error() == Errno::AGAIN);
    wali::abi::timex by_a_nanosecond{};
    by_a_nanosecond.modes = wali::abi::bits(wali::abi::TimexModes::SETOFFSET | wali::abi::TimexModes::NANO);
    by_a_nanosecond.time = {0, 1};
    if (wali::sys::adjtimex(&by_a_nanosecond) < 0) {
        MESSAGE("not allowed to set the clock");
        return;
    }
    CHECK(timer.read().error() == wali::Error(Errno::CANCELED, wali::Call::read));
    CHECK(timer.set_at_or_cancel(wali::RealtimeClock::now()));
    CHECK(timer.read().value() == 1);
}

TEST_CASE("clocks without such timers are refused") {
    CHECK(wali::BasicTimerFd<wali::ThreadCpuClock>::create().error() == Errno::INVAL);
    CHECK(TimerFd().set_after(1s).error() == Errno::BADF);
}
