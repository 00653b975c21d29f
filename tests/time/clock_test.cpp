// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/core/deadline.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/time/clock.hpp>
#include <wali/time/interval_timer.hpp>
#include <wali/time/sleep.hpp>

using namespace std::chrono_literals;
using wali::Deadline;
using wali::Duration;
using wali::Errno;
using wali::MonotonicClock;
using wali::RealtimeClock;
using wali::Signal;

namespace {

std::atomic<int> alarms = 0;
void count_alarm(int) noexcept { ++alarms; }

template <class Clock>
void check_clock() {
    const auto first = Clock::now();
    CHECK(Clock::now() >= first);
    CHECK(first.time_since_epoch() > Duration::zero());
    const Duration resolution = wali::time::resolution(Clock::id).value();
    CHECK(resolution > Duration::zero());
    CHECK(resolution <= 10ms);
    CHECK(wali::time::clock_time(Clock::id).value() >= first.time_since_epoch());
}

}  // namespace

TEST_CASE("every clock goes forward and has a resolution") {
    check_clock<MonotonicClock>();
    check_clock<RealtimeClock>();
    check_clock<wali::BoottimeClock>();
    check_clock<wali::MonotonicRawClock>();
    check_clock<wali::MonotonicCoarseClock>();
    check_clock<wali::RealtimeCoarseClock>();
    check_clock<wali::TaiClock>();
    check_clock<wali::ProcessCpuClock>();
    check_clock<wali::ThreadCpuClock>();
    CHECK(wali::time::resolution(static_cast<wali::ClockId>(99)).error() == Errno::INVAL);
    CHECK(wali::time::clock_time(static_cast<wali::ClockId>(99)).error() == Errno::INVAL);
}

TEST_CASE("a CPU clock counts work and no sleep") {
    const auto of_all = wali::ProcessCpuClock::now();
    const auto start = wali::ThreadCpuClock::now();
    while (wali::ThreadCpuClock::now() - start < 2ms) {
    }
    CHECK(wali::ProcessCpuClock::now() - of_all >= 2ms);
}

TEST_CASE("a point in time converts to another clock and back") {
    const auto when = MonotonicClock::now() + 1h;
    const auto of_day = wali::time::convert<RealtimeClock>(when);
    CHECK(of_day > RealtimeClock::now() + 59min);
    CHECK(wali::time::convert<MonotonicClock>(of_day) > MonotonicClock::now() + 59min);
    CHECK(wali::time::convert<RealtimeClock>(MonotonicClock::time_point::max()) == RealtimeClock::time_point::max());
    CHECK(wali::time::convert<RealtimeClock>(MonotonicClock::time_point::max() - 1ns) ==
          RealtimeClock::time_point::max());
    CHECK(wali::time::convert<MonotonicClock>(RealtimeClock::time_point::min()) == MonotonicClock::time_point::min());
}

TEST_CASE("a sleep lasts at least as long as it was asked to") {
    auto start = MonotonicClock::now();
    CHECK(wali::time::sleep_for(2ms));
    CHECK(MonotonicClock::now() - start >= 2ms);
    CHECK(wali::time::sleep_for(-1s));
    const auto end = MonotonicClock::now() + 2ms;
    CHECK(wali::time::sleep_until(end));
    CHECK(MonotonicClock::now() >= end);
    CHECK(wali::time::sleep_until(end));
    CHECK(wali::time::sleep_until(wali::BoottimeClock::now() + 1ms));
    const auto of_day = RealtimeClock::now() + 1ms;
    CHECK(wali::time::sleep_until(of_day));
    CHECK(RealtimeClock::now() >= of_day);
    CHECK(wali::time::sleep_until(wali::MonotonicRawClock::now()).error() == Errno::OPNOTSUPP);
}

TEST_CASE("a signal ends a sleep, and one until a deadline goes on to it however many come") {
    alarms = 0;
    CHECK(wali::signal::set_handler(Signal::ALRM, count_alarm));
    CHECK(wali::time::set_interval_timer(wali::IntervalTimer::REAL, 500us, 500us));
    CHECK(wali::time::sleep_for(1h).error() == wali::Error(Errno::INTR, wali::Call::nanosleep));
    CHECK(alarms >= 1);
    const auto end = MonotonicClock::now() + 5ms;
    CHECK(wali::retry_interrupted([&] { return wali::time::sleep_until(end); }));
    CHECK(MonotonicClock::now() >= end);
    CHECK(alarms >= 2);
    const wali::TimerSetting setting = wali::time::interval_timer(wali::IntervalTimer::REAL).value();
    CHECK(setting.interval == 500us);
    CHECK(setting.next <= 500us);
    CHECK(wali::time::stop_interval_timer(wali::IntervalTimer::REAL).value().interval == 500us);
    CHECK(wali::time::interval_timer(wali::IntervalTimer::REAL).value().next == Duration::zero());
    CHECK(wali::signal::reset(Signal::ALRM));
    CHECK(wali::time::stop_interval_timer(static_cast<wali::IntervalTimer>(9)).error() == Errno::INVAL);
}

TEST_CASE("interval timers are never early, and of no time come at once") {
    CHECK(wali::signal::set_handler(Signal::VTALRM, count_alarm));
    alarms = 0;
    CHECK(wali::time::set_interval_timer(wali::IntervalTimer::VIRTUAL, 0s));
    while (alarms == 0) {
    }
    // 999 999 001 ns are a second, not 999 999 us.
    CHECK(wali::time::set_interval_timer(wali::IntervalTimer::VIRTUAL, 1h, Duration(999'999'001)));
    CHECK(wali::time::stop_interval_timer(wali::IntervalTimer::VIRTUAL).value().interval == 1s);
    CHECK(wali::signal::reset(Signal::VTALRM));
}

TEST_CASE("a deadline is a point in time or never") {
    CHECK(Deadline().is_never());
    CHECK(Deadline::after(wali::forever()) == Deadline::never());
    CHECK(Deadline::never().remaining() == wali::forever());
    CHECK_FALSE(Deadline::never().has_passed());
    const Deadline soon = Deadline::after(1h);
    CHECK(soon < Deadline::never());
    CHECK(soon.remaining() > 59min);
    CHECK(soon.remaining() <= 1h);
    CHECK_FALSE(soon.has_passed());
    const Deadline past = MonotonicClock::now() - 1s;
    CHECK(past.has_passed());
    CHECK(past.remaining() == Duration::zero());
    CHECK(wali::time::sleep_until(past.when()));
    CHECK(MonotonicClock::time_point(past) == past.when());
}
