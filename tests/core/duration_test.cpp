// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <limits>

#include <doctest/doctest.h>

#include <wali/core/clock.hpp>
#include <wali/core/duration.hpp>
#include <wali/time/clock.hpp>

using namespace std::chrono_literals;
using wali::Duration;
using wali::forever;
using wali::MonotonicClock;
using wali::Timeout;

TEST_CASE("a time of any unit is that time in nanoseconds") {
    CHECK(Timeout(3s).duration() == Duration(3'000'000'000));
    CHECK(Timeout(-2ms).duration() == Duration(-2'000'000));
    CHECK(Timeout(std::chrono::duration<unsigned char>(200)).duration() == 200s);
    CHECK(Timeout(Duration::max() - 1ns).duration() == Duration::max() - 1ns);
    CHECK(Timeout(Duration::min()).duration() == Duration::min());
}

TEST_CASE("a time that nanoseconds cannot hold is for ever, or the shortest") {
    CHECK(Timeout(std::chrono::hours::max()).duration() == forever());
    CHECK(Timeout(std::chrono::days::max()).duration() == forever());
    CHECK(Timeout(std::chrono::seconds::max() - 1s).duration() == forever());
    CHECK(Timeout(std::chrono::duration<wali::u64>::max()).duration() == forever());
    CHECK(Timeout(std::chrono::duration<int, std::milli>::max()).duration() == forever());
    CHECK(Timeout(std::chrono::hours::min()).duration() == Duration::min());
    CHECK(Timeout(std::chrono::years(-300)).duration() == Duration::min());
    CHECK(wali::to_timespec(std::chrono::hours::max()).tv_sec == forever().count() / 1'000'000'000);
    CHECK(wali::to_timespec(std::chrono::hours::min()).tv_sec == 0);
    CHECK(wali::deadline_after(std::chrono::hours::max()) == MonotonicClock::time_point::max());
}

TEST_CASE("a time of a structure that nanoseconds cannot hold is the longest, or the shortest") {
    constexpr wali::i64 most = std::numeric_limits<wali::i64>::max();
    constexpr wali::i64 seconds = most / 1'000'000'000;
    CHECK(wali::from_timespec({-1, 999'999'999}) == Duration(-1));
    CHECK(wali::from_timespec({seconds, 0}) == std::chrono::seconds(seconds));
    CHECK(wali::from_timespec({seconds, most % 1'000'000'000 + 1}) == Duration::max());
    CHECK(wali::from_timespec({most, 0}) == Duration::max());
    CHECK(wali::from_timespec({-seconds, -most}) == Duration::min());
    CHECK(wali::from_timespec({-most, 0}) == Duration::min());
}

TEST_CASE("milliseconds for a call are rounded up, and fit into an int") {
    CHECK(wali::to_milliseconds(1ns) == 1);
    CHECK(wali::to_milliseconds(-1h) == 0);
    CHECK(wali::to_milliseconds(std::chrono::seconds::max()) == 0x7fffffff);
    CHECK(wali::to_milliseconds(Duration::min()) == 0);
    CHECK(wali::fits_milliseconds(0x7fffffffms));
    CHECK(!wali::fits_milliseconds(0x7fffffffms + 1ns));  // else, 30 days would end after 24.8
    CHECK(wali::fits_milliseconds(Duration::min()));
}

TEST_CASE("how long is left until a time of any steady clock") {
    CHECK(wali::time_until(MonotonicClock::now() + 1h) > 0s);
    CHECK(wali::time_until(MonotonicClock::now() + 1h) <= 1h);
    CHECK(wali::time_until(MonotonicClock::now() - 1h) == Duration(0));
    CHECK(wali::time_until(MonotonicClock::time_point::min()) == Duration(0));
    CHECK(wali::time_until(MonotonicClock::time_point::max()) == forever());
    using std::chrono::steady_clock;
    CHECK(wali::time_until(steady_clock::now() + 1h) > 0s);
    CHECK(wali::time_until(steady_clock::now() + 1h) <= 1h);
    CHECK(wali::time_until(steady_clock::time_point::max()) == forever());
    CHECK(wali::time_until(std::chrono::time_point<steady_clock, std::chrono::hours>::max()) == forever());
    CHECK(wali::time_until(std::chrono::time_point<steady_clock, std::chrono::hours>::min()) == Duration(0));
}

TEST_CASE("a clock that does not exist cannot be read") {
    CHECK(wali::time::clock_time(static_cast<wali::ClockId>(99)).error() ==
          wali::Error(wali::Errno::INVAL, wali::Call::clock_gettime));
    CHECK(wali::time::clock_time(wali::ClockId::MONOTONIC).value() > Duration(0));
}
