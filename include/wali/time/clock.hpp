// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/time.hpp>

WALI_EXPORT namespace wali {
using abi::ClockId;

/// clock_gettime(2): the time of a clock since its own start (CLOCK_REALTIME: since 1970-01-01 00:00 UTC). A system
/// call natively; walirun asks the vDSO instead. INVAL for an unknown clock. Async-signal-safe.
inline result<std::chrono::nanoseconds> clock_time(ClockId clock) noexcept {
    abi::timespec time;
    const long raw = sys::clock_gettime(abi::bits(clock), &time);
    if (raw < 0) [[unlikely]]
        return static_cast<Errno>(-raw);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// A std::chrono clock over CLOCK_MONOTONIC, for deadlines.
struct MonotonicClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;

    /// CLOCK_MONOTONIC exists on every Linux, so this cannot fail.
    static time_point now() noexcept { return time_point(clock_time(ClockId::MONOTONIC).value()); }
};

}  // namespace wali
