// SPDX-License-Identifier: BSL-1.0
// Clocks and timers. A time is compared with what the C library's syscall(2) gives before and after.
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>

#include <csignal>
#include <ctime>

#include "run.hpp"

namespace native_calls {
namespace {

void clocks(Run& run) {
    const auto within = [&](const auto& ask, const auto& now) {
        const long before = now();
        const long value = ask();
        run.holds(before <= value && value <= now());
    };
    within(
        [&] {
            long time = 0;
            const long answer = CALL(time, &time).varies();
            run.holds(answer == time);
            return time;
        },
        [] { return raw(__NR_time, nullptr); });
    const auto microseconds = [](const abi::timeval& time) { return time.tv_sec * 1000000 + time.tv_usec; };
    within(
        [&] {
            abi::timeval time{};
            abi::timezone zone{-1, -1};
            CALL(gettimeofday, any(&time), any(&zone)), run.see(zone);
            return microseconds(time);
        },
        [&] {
            abi::timeval time{};
            raw(__NR_gettimeofday, &time, nullptr);
            return microseconds(time);
        });
    const auto nanoseconds = [](const abi::timespec& time) { return time.tv_sec * 1000000000 + time.tv_nsec; };
    within(
        [&] {
            abi::timespec time{};
            CALL(clock_gettime, CLOCK_MONOTONIC, any(&time));
            return nanoseconds(time);
        },
        [&] {
            abi::timespec time{};
            raw(__NR_clock_gettime, CLOCK_MONOTONIC, &time);
            return nanoseconds(time);
        });
    abi::tms times{-1, -1, -1, -1};
    within([&] { return long{CALL(times, any(&times)).varies()}; }, [] { return raw(__NR_times, nullptr); });
    run.holds(times.tms_utime >= 0 && times.tms_cstime >= 0);
    abi::timespec resolution{};
    CALL(clock_getres, CLOCK_MONOTONIC, any(&resolution)), run.see(resolution);
    FAILS(clock_gettime, 1000, any(&resolution));
}

void sleeping(Run& run) {
    const abi::timespec short_time{0, 1}, bad{0, -1};
    CALL(nanosleep, any(&short_time), nullptr);
    FAILS(nanosleep, any(&bad), nullptr);
    // An absolute time, long past; the C library returns the error itself.
    ASK(good, clock_nanosleep, -::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, any(&short_time), nullptr),
        CLOCK_MONOTONIC, TIMER_ABSTIME, &short_time, nullptr);
    ASK(error, clock_nanosleep, -::clock_nanosleep(CLOCK_MONOTONIC, 0, any(&bad), nullptr), CLOCK_MONOTONIC, 0, &bad,
        nullptr);
}

void interval_timers(Run& run) {
    CALL(alarm, 1000);
    const long left = CALL(alarm, 0).varies();
    run.holds(left > 0 && left <= 1000);
    const abi::itimerval interval{{5, 6}, {1000, 0}}, off{};
    abi::itimerval current{};
    CALL(setitimer, ITIMER_VIRTUAL, any(&interval), nullptr);
    CALL(getitimer, ITIMER_VIRTUAL, any(&current));
    run.see(current.it_interval), run.holds(current.it_value.tv_sec >= 900);
    CALL(setitimer, ITIMER_VIRTUAL, any(&off), any(&current));
    run.see(current.it_interval);
}

void posix_timers(Run& run) {
    abi::sigevent event{};
    event.notify = SIGEV_NONE;
    int timer = -1;
    RAW(timer_create, CLOCK_MONOTONIC, &event, &timer), run.holds(timer >= 0);
    const abi::itimerspec interval{{7, 8}, {1000, 0}};
    abi::itimerspec current{};
    RAW(timer_settime, timer, 0, &interval, &current), run.see(current);
    RAW(timer_settime, timer, 0, &interval, &current), run.see(current.it_interval);
    RAW(timer_gettime, timer, &current);
    run.see(current.it_interval), run.holds(current.it_value.tv_sec > 0 && current.it_value.tv_sec <= 1000);
    RAW(timer_getoverrun, timer);
    RAW(timer_delete, timer);
    RAW_FAILS(timer_delete, timer);
}

void setting(Run& run) {
    const abi::timespec time{0, 0};
    FAILS(clock_settime, CLOCK_MONOTONIC, any(&time));
    const abi::timeval bad{0, 2000000};
    RAW_FAILS(settimeofday, &bad, nullptr);
    abi::timex state{};
    CALL(adjtimex, any(&state)), run.see(state.status, state.tick, state.tolerance), state = {};
    CALL(clock_adjtime, CLOCK_REALTIME, any(&state)), run.see(state.status, state.tick, state.tolerance);
}

}  // namespace

const std::initializer_list<Scenario> time_scenarios = {
    {"clocks", clocks},   {"sleeping", sleeping}, {"interval_timers", interval_timers}, {"posix_timers", posix_timers},
    {"setting", setting},
};

}  // namespace native_calls
