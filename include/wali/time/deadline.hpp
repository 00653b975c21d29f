// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>

#include <wali/core/clock.hpp>

WALI_EXPORT namespace wali {
/// When something has to be done: a point in time on the monotonic clock, or never. Made once where the work begins and
/// handed down, so that what several calls wait for in turn is over in the time that one was given. It converts to
/// the time_point that every *_until function takes. A value of 8 bytes.
class Deadline {
  public:
    /// Never.
    constexpr Deadline() noexcept = default;
    constexpr Deadline(MonotonicClock::time_point when) noexcept : when_(when) {}

    /// The deadline that never comes.
    static constexpr Deadline never() noexcept { return {}; }
    /// From now; forever() is never. Reads the clock.
    static Deadline after(Duration timeout) noexcept { return deadline_after(timeout); }

    /// The point in time; of never, the last of all.
    constexpr MonotonicClock::time_point when() const noexcept { return when_; }
    constexpr operator MonotonicClock::time_point() const noexcept { return when_; }
    /// Whether it is the deadline that never comes.
    constexpr bool is_never() const noexcept { return when_ == MonotonicClock::time_point::max(); }

    /// What is left: 0 when it has passed, forever() if it is never. Reads the clock.
    Duration remaining() const noexcept { return is_never() ? forever() : time_until(when_); }
    /// Whether it has passed. Reads the clock.
    bool has_passed() const noexcept { return !is_never() && MonotonicClock::now() >= when_; }

    /// Sooner is less.
    constexpr auto operator<=>(const Deadline& other) const noexcept { return when_ <=> other.when_; }
    constexpr bool operator==(const Deadline& other) const noexcept { return when_ == other.when_; }

  private:
    MonotonicClock::time_point when_ = MonotonicClock::time_point::max();
};

}  // namespace wali
