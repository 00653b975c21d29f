// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/time.hpp>

/// The kernel's other clocks, as std::chrono has clocks; MonotonicClock and RealtimeClock are in core/clock.hpp. Every
/// Linux has them, so reading them cannot fail. Async-signal-safe. See clock_gettime(2), tier spec.
WALI_EXPORT namespace wali {
using abi::ClockId;

/// CLOCK_BOOTTIME: never set, and goes on while the machine sleeps.
struct BoottimeClock : detail::KernelClock<BoottimeClock, abi::ClockId::BOOTTIME, true> {};

/// CLOCK_MONOTONIC_RAW: as the hardware counts, which NTP does not correct. No timers.
struct MonotonicRawClock : detail::KernelClock<MonotonicRawClock, abi::ClockId::MONOTONIC_RAW, true> {};

/// CLOCK_MONOTONIC_COARSE: MonotonicClock at the last tick of the kernel, up to 10 ms ago; faster to read. No timers.
struct MonotonicCoarseClock : detail::KernelClock<MonotonicCoarseClock, abi::ClockId::MONOTONIC_COARSE, true> {};

/// CLOCK_REALTIME_COARSE: RealtimeClock at the last tick of the kernel, up to 10 ms ago; faster to read. No timers.
struct RealtimeCoarseClock : detail::KernelClock<RealtimeCoarseClock, abi::ClockId::REALTIME_COARSE, false> {};

/// CLOCK_TAI: RealtimeClock without leap seconds, as far as somebody has told the kernel how many there were
/// (adjtimex(2)); else equal to RealtimeClock.
struct TaiClock : detail::KernelClock<TaiClock, abi::ClockId::TAI, false> {};

/// CLOCK_PROCESS_CPUTIME_ID: the processor time of all threads of the process.
struct ProcessCpuClock : detail::KernelClock<ProcessCpuClock, abi::ClockId::PROCESS_CPUTIME_ID, true> {};

/// CLOCK_THREAD_CPUTIME_ID: the processor time of the calling thread, so each thread has its own points in time.
struct ThreadCpuClock : detail::KernelClock<ThreadCpuClock, abi::ClockId::THREAD_CPUTIME_ID, true> {};

}  // namespace wali

WALI_EXPORT namespace wali::time {
/// clock_gettime(2), tier spec: the time of a clock since its own start (CLOCK_REALTIME: since 1970-01-01 00:00 UTC).
/// A system call natively; walirun asks the vDSO instead. INVAL for an unknown clock. Async-signal-safe.
inline result<Duration> clock_time(ClockId clock) noexcept {
    Duration time;
    const long raw = detail::read_clock(clock, time);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::clock_gettime, raw);
    return time;
}

/// clock_getres(2), tier spec: the step in which a clock advances. INVAL for an unknown clock. Async-signal-safe.
inline result<Duration> resolution(ClockId clock) noexcept {
    abi::timespec time;
    const long raw = sys::clock_getres(abi::bits(clock), &time);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::clock_getres, raw);
    return from_timespec(time);
}

/// The same point in time on another clock, by how far both are from it now: as exact as two readings that follow one
/// another, and right until one of the clocks is set. The last of all points stays that; a point that the other clock
/// cannot name becomes its last or first. Async-signal-safe.
template <class To, class From>
std::chrono::time_point<To, Duration> convert(std::chrono::time_point<From, Duration> when) noexcept {
    using Point = std::chrono::time_point<To, Duration>;
    if (when == when.max()) return Point::max();
    const Duration difference = To::now().time_since_epoch() - From::now().time_since_epoch();
    i64 count = 0;
    if (__builtin_add_overflow(when.time_since_epoch().count(), difference.count(), &count))
        return difference > Duration::zero() ? Point::max() : Point::min();
    return Point(Duration(count));
}

}  // namespace wali::time
