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
/// clock_gettime(2) as the kernel answers.
inline long read_clock(abi::ClockId id, Duration& time) noexcept {
    abi::timespec read{};
    const long raw = sys::clock_gettime(abi::bits(id), &read);
    time = from_timespec(read);
    return raw;
}

/// Of a clock that there is.
inline Duration read_clock(abi::ClockId id) noexcept {
    Duration time;
    read_clock(id, time);
    return time;
}

/// A clock of the kernel as std::chrono asks for it. Self is the clock itself, whose points in time no other has.
template <class Self, abi::ClockId Id, bool Steady>
struct KernelClock {
    static constexpr abi::ClockId id = Id;
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Self, duration>;
    static constexpr bool is_steady = Steady;
    /// clock_gettime(2), tier spec. Async-signal-safe.
    static time_point now() noexcept { return time_point(read_clock(id)); }

  private:
    KernelClock() = default;
    friend Self;
};
}  // namespace detail

/// CLOCK_MONOTONIC of clock_gettime(2), tier spec, for deadlines: never set, stands still while the machine sleeps.
struct MonotonicClock : detail::KernelClock<MonotonicClock, abi::ClockId::MONOTONIC, true> {};

/// CLOCK_REALTIME of clock_gettime(2), tier spec, the time of day: since 1970-01-01 00:00 UTC, set by people and by
/// NTP. The times of files are its.
struct RealtimeClock : detail::KernelClock<RealtimeClock, abi::ClockId::REALTIME, false> {};

/// How long is left until `deadline`, a time of MonotonicClock, std::chrono::steady_clock or another steady clock: 0
/// when it has passed, forever() for the last of all points.
template <class Clock, class Precision>
    requires(Clock::is_steady)
Duration time_until(std::chrono::time_point<Clock, Precision> deadline) noexcept {
    const Duration end = Timeout(deadline.time_since_epoch()).duration();
    if (end == forever()) return end;
    const Duration now = Timeout(Clock::now().time_since_epoch()).duration();
    return end > now ? end - now : Duration::zero();
}

/// The point in time that is `timeout` from now; forever() stays the last of all points.
inline MonotonicClock::time_point deadline_after(Timeout timeout) noexcept {
    const MonotonicClock::time_point now = MonotonicClock::now();
    const Duration time = timeout.duration();
    return time >= MonotonicClock::time_point::max() - now ? MonotonicClock::time_point::max() : now + time;
}

}  // namespace wali
