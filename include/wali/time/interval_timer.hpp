// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/result.hpp>
#include <wali/core/timer_setting.hpp>
#include <wali/sys/time.hpp>

WALI_EXPORT namespace wali {
/// Which of the process's three interval timers: setitimer(2).
using IntervalTimer = abi::ItimerWhich;
}  // namespace wali

/// The process's interval timers, one of each kind, in microseconds. A library that uses one takes it from the program:
/// PosixTimer and TimerFd have no such limit. Async-signal-safe.
WALI_EXPORT namespace wali::time {
namespace detail {
// Rounded up, so that a timer is never early, nor stopped by mistake.
constexpr abi::timeval to_timeval(Duration time) noexcept {
    const abi::timespec exact = to_timespec(time);
    const i64 microseconds = (exact.tv_nsec + 999) / 1000;
    return {exact.tv_sec + microseconds / 1'000'000, microseconds % 1'000'000};
}
constexpr Duration from_timeval(const abi::timeval& time) noexcept {
    return from_timespec({time.tv_sec, time.tv_usec * 1000});
}
constexpr TimerSetting from_itimerval(const abi::itimerval& setting) noexcept {
    return {from_timeval(setting.it_value), from_timeval(setting.it_interval)};
}
inline result<TimerSetting> set_itimer(IntervalTimer timer, const abi::itimerval& setting) noexcept {
    abi::itimerval old;
    const long raw = sys::setitimer(abi::bits(timer), &setting, &old);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::setitimer, raw);
    return from_itimerval(old);
}
}  // namespace detail

/// setitimer(2), tier spec: the signal of the timer comes `first` from now, and then once in every `interval`; 0 makes
/// it the only one. What is not above 0 comes after a microsecond. Returns how the timer stood. INVAL for an unknown
/// timer.
inline result<TimerSetting> set_interval_timer(IntervalTimer timer, Duration first, Duration interval) noexcept {
    return detail::set_itimer(
        timer, {detail::to_timeval(interval), detail::to_timeval(first > Duration::zero() ? first : Duration(1))});
}
inline result<TimerSetting> set_interval_timer(IntervalTimer timer, Duration first) noexcept {
    return set_interval_timer(timer, first, Duration::zero());
}

/// setitimer(2), tier spec: stops it, and returns how it stood.
inline result<TimerSetting> stop_interval_timer(IntervalTimer timer) noexcept { return detail::set_itimer(timer, {}); }

/// getitimer(2), tier named: how long until the next signal, and the interval.
inline result<TimerSetting> interval_timer(IntervalTimer timer) noexcept {
    abi::itimerval setting;
    const long raw = sys::getitimer(abi::bits(timer), &setting);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getitimer, raw);
    return detail::from_itimerval(setting);
}

}  // namespace wali::time
