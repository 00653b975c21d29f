// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/time.hpp>

/// Sleeping. A signal handler that runs ends the sleep with Errno::INTR, which is not retried here: a program that ends
/// on a signal wants to know. retry_interrupted() over sleep_until() sleeps to the end, and no longer however many
/// signals come. Async-signal-safe.
WALI_EXPORT namespace wali::time {
/// clock_nanosleep(2) with TIMER_ABSTIME, tier spec: sleeps until a point in time of MonotonicClock, RealtimeClock (and
/// wakes where that is set to later), BoottimeClock, TaiClock or ProcessCpuClock. Not at all if it has passed. Errors:
/// INTR; INVAL or OPNOTSUPP for clocks that nobody can sleep on.
template <class Clock>
result<void> sleep_until(std::chrono::time_point<Clock, Duration> when) noexcept {
    const abi::timespec time = to_timespec(when.time_since_epoch());
    return to_result<void>(
        Call::clock_nanosleep,
        sys::clock_nanosleep(abi::bits(Clock::id), abi::bits(abi::TimerFlags::ABSTIME), &time, nullptr));
}

/// nanosleep(2), tier spec: sleeps for a time on the monotonic clock; 0 and less not at all. Errors: INTR.
inline result<void> sleep_for(Timeout duration) noexcept {
    const abi::timespec time = to_timespec(duration);
    return to_result<void>(Call::nanosleep, sys::nanosleep(&time, nullptr));
}

}  // namespace wali::time
