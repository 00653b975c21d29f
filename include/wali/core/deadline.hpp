// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>

#include <wali/core/clock.hpp>

WALI_EXPORT namespace wali {
/// When something has to be done: a point in time on the monotonic clock, or never. Made once where the work begins and
/// handed down, so that what several calls wait for in turn is over in the time that one was given. Every *_until
/// function takes one. A value of 8 bytes.
class Deadline {
  public:
    /// Never.
    constexpr Deadline() noexcept = default;
    constexpr Deadline(MonotonicClock::time_point when) noexcept : when_(when) {}
    /// A point of std::chrono::steady_clock or another steady clock, by how far it is from now. Reads both clocks.
    template <class Clock, class Precision>
        requires(Clock::is_steady)
    Deadline(std::chrono::time_point<Clock, Precision> when) noexcept : when_(deadline_after(time_until(when))) {}

    /// The deadline that never comes.
    static constexpr Deadline never() noexcept { return {}; }
    /// From now; forever() is never. Reads the clock.
    static Deadline after(Timeout timeout) noexcept { return deadline_after(timeout); }

    /// The point in time; of never, the last of all.
    constexpr MonotonicClock::time_point when() const noexcept { return when_; }
    constexpr operator MonotonicClock::time_point() const noexcept { return when_; }
    /// Whether it is the deadline that never comes.
    constexpr bool is_never() const noexcept { return when_ == MonotonicClock::time_point::max(); }

    /// What is left: 0 when it has passed, forever() if it is never. Reads the clock.
    Duration remaining() const noexcept { return time_until(when_); }
    /// Whether it has passed. Reads the clock.
    bool has_passed() const noexcept { return !is_never() && MonotonicClock::now() >= when_; }

    /// Sooner is less.
    constexpr auto operator<=>(const Deadline& other) const noexcept { return when_ <=> other.when_; }
    constexpr bool operator==(const Deadline& other) const noexcept { return when_ == other.when_; }

  private:
    MonotonicClock::time_point when_ = MonotonicClock::time_point::max();
};

}  // namespace wali
