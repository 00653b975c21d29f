// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>

WALI_EXPORT namespace wali {
/// How a timer stands: struct itimerspec of timer_settime(2) and timerfd_settime(2).
struct TimerSetting {
    Duration next;      ///< until it expires; 0 for a timer that is stopped
    Duration interval;  ///< between the expiries after that; 0 if that one is the last
};

namespace detail {
/// `first` is a time from now or of the clock. To the kernel 0 means stopped, so what is due already becomes 1 ns.
constexpr abi::itimerspec to_itimerspec(Timeout first, Timeout interval) noexcept {
    return {to_timespec(interval), to_timespec(first > Duration::zero() ? first : Duration(1))};
}
constexpr TimerSetting from_itimerspec(const abi::itimerspec& setting) noexcept {
    return {from_timespec(setting.it_value), from_timespec(setting.it_interval)};
}
}  // namespace detail

}  // namespace wali
