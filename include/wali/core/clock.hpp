// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>
#include <wali/sys/time.hpp>

/// The clocks that other areas speak of, as std::chrono has clocks. They exist on every Linux, so reading them cannot
/// fail. Async-signal-safe. Reading is a system call natively; walirun asks the vDSO instead.
WALI_EXPORT namespace wali {
namespace detail {
inline Duration read_clock(abi::ClockId id) noexcept {
    abi::timespec time;
    sys::clock_gettime(abi::bits(id), &time);
    return from_timespec(time);
}
}  // namespace detail

/// CLOCK_MONOTONIC of clock_gettime(2), tier spec, for deadlines: never set, stands still while the machine sleeps.
struct MonotonicClock {
    static constexpr abi::ClockId id = abi::ClockId::MONOTONIC;
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
    static time_point now() noexcept { return time_point(detail::read_clock(id)); }
};

/// CLOCK_REALTIME of clock_gettime(2), tier spec, the time of day: since 1970-01-01 00:00 UTC, set by people and by
/// NTP. The times of files are its.
struct RealtimeClock {
    static constexpr abi::ClockId id = abi::ClockId::REALTIME;
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<RealtimeClock>;
    static constexpr bool is_steady = false;
    static time_point now() noexcept { return time_point(detail::read_clock(id)); }
};

/// How long is left until `deadline`: 0 when it has passed.
inline Duration time_until(MonotonicClock::time_point deadline) noexcept {
    const MonotonicClock::time_point now = MonotonicClock::now();
    return deadline > now ? deadline - now : Duration::zero();
}

/// The point in time that is `timeout` from now; forever() stays the last of all points.
inline MonotonicClock::time_point deadline_after(Duration timeout) noexcept {
    const MonotonicClock::time_point now = MonotonicClock::now();
    return timeout >= MonotonicClock::time_point::max() - now ? MonotonicClock::time_point::max() : now + timeout;
}

}  // namespace wali
