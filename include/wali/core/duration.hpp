// SPDX-License-Identifier: BSL-1.0
#pragma once

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

/// The kernel's struct timespec as a duration and back; a negative duration becomes 0.
constexpr Duration from_timespec(const abi::timespec& time) noexcept {
    constexpr i64 most = Duration::max().count() / 1'000'000'000 - 1;  // a file may be of any time
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): the kernel has filled it in
    if (time.tv_sec > most) return Duration::max();
    if (time.tv_sec < -most) return Duration::min();
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}
constexpr abi::timespec to_timespec(Duration time) noexcept {
    const i64 count = time.count() < 0 ? 0 : time.count();
    return {count / 1'000'000'000, count % 1'000'000'000};
}

/// A timeout as poll and epoll_pwait take it: in milliseconds, rounded up, at least 0 and at most what an int holds.
template <class Rep, class Period>
constexpr int to_milliseconds(std::chrono::duration<Rep, Period> timeout) noexcept {
    constexpr std::chrono::milliseconds longest(0x7fffffff);
    const auto milliseconds = timeout < longest ? std::chrono::ceil<std::chrono::milliseconds>(timeout) : longest;
    return milliseconds.count() < 0 ? 0 : static_cast<int>(milliseconds.count());
}

}  // namespace wali
