// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/time.hpp>

WALI_EXPORT namespace wali { using abi::ClockId; }  // namespace wali

WALI_EXPORT namespace wali::time {
/// clock_gettime(2), tier spec: the time of a clock since its own start (CLOCK_REALTIME: since 1970-01-01 00:00 UTC).
/// A system call natively; walirun asks the vDSO instead. INVAL for an unknown clock. Async-signal-safe.
inline result<Duration> clock_time(ClockId clock) noexcept {
    abi::timespec time;
    const long raw = sys::clock_gettime(abi::bits(clock), &time);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::clock_gettime, raw);
    return from_timespec(time);
}

}  // namespace wali::time
