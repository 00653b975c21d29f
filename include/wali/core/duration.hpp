// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <type_traits>
#include <utility>

// std::chrono's durations and time points, whose complete types <semaphore> needs for its own interface. <chrono> has
// them too, but in libc++ with calendars, formatting and containers: seven times the text.
#include <semaphore>

#include <wali/abi/structs/time.hpp>

WALI_EXPORT namespace wali {
/// How long something takes or may take. Any std::chrono duration that is no finer converts.
using Duration = std::chrono::nanoseconds;

/// The timeout that never comes. A function, as all constants here: Clang takes a variable for redefined where a file
/// imports and includes it.
constexpr Duration forever() noexcept { return Duration::max(); }

/// A time as functions take it, made from any std::chrono duration of whole numbers that is no finer than nanoseconds.
/// What does not fit into nanoseconds, 292 years, becomes the nearest that does, and the longest duration of any unit,
/// such as std::chrono::hours::max(), is forever().
class Timeout {
  public:
    template <class Rep, class Period>
        requires std::is_convertible_v<std::chrono::duration<Rep, Period>, Duration>
    constexpr Timeout(std::chrono::duration<Rep, Period> time) noexcept : duration_(saturated(time)) {}

    /// In nanoseconds.
    constexpr Duration duration() const noexcept { return duration_; }
    /// Shorter is less.
    constexpr auto operator<=>(const Timeout&) const noexcept = default;

  private:
    template <class Rep, class Period>
    static constexpr Duration saturated(std::chrono::duration<Rep, Period> time) noexcept {
        using Wide = std::chrono::duration<i64, Period>;
        constexpr i64 most = std::chrono::duration_cast<Wide>(Duration::max()).count();
        if (time == time.max() || std::cmp_greater(time.count(), most)) return forever();
        if (std::cmp_less(time.count(), -most)) return Duration::min();
        return Wide(static_cast<i64>(time.count()));
    }

    Duration duration_;
};

/// The kernel's struct timespec as a duration, bounded to what one holds, and back; a negative duration becomes 0.
constexpr Duration from_timespec(const abi::timespec& time) noexcept {
    // A file may be of any time; and bytes that no kernel wrote may hold any number of nanoseconds.
    i64 count = 0;
    if (__builtin_mul_overflow(time.tv_sec, 1'000'000'000, &count) ||
        __builtin_add_overflow(count, time.tv_nsec, &count))
        return time.tv_sec < 0 ? Duration::min() : Duration::max();
    return Duration(count);
}
constexpr abi::timespec to_timespec(Timeout time) noexcept {
    const i64 count = time.duration() < Duration::zero() ? 0 : time.duration().count();
    return {count / 1'000'000'000, count % 1'000'000'000};
}

/// A timeout as poll and epoll_pwait take it: in milliseconds, rounded up, at least 0 and at most what an int holds.
constexpr int to_milliseconds(Timeout timeout) noexcept {
    const i64 count = std::chrono::ceil<std::chrono::milliseconds>(timeout.duration()).count();
    return count < 0 ? 0 : count > 0x7fffffff ? 0x7fffffff : static_cast<int>(count);
}

/// Whether to_milliseconds() keeps the whole of it, up to 24.8 days.
constexpr bool fits_milliseconds(Timeout timeout) noexcept {
    return timeout.duration() <= std::chrono::milliseconds(0x7fffffff);
}

}  // namespace wali
