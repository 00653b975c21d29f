// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/core/deadline.hpp>
#include <wali/thread/futex.hpp>

WALI_EXPORT namespace wali {
/// A counter of 4 bytes that goes down to 0 once, for memory that processes share: std::latch between processes. Memory
/// of zeros is one that has come to 0. futex(2), tier spec. EINTR is retried.
class FutexLatch {
  public:
    explicit constexpr FutexLatch(u32 count) noexcept : count_(count) {}
    FutexLatch(const FutexLatch&) = delete;
    FutexLatch& operator=(const FutexLatch&) = delete;

    /// Takes `by`, which is at most what is left, and wakes all that wait when nothing is. Never waits.
    void count_down(u32 by = 1) noexcept {
        if (count_.fetch_sub(by, std::memory_order_release) == by) (void)thread::futex_wake_all(count_);
    }

    /// Whether the counter has come to 0.
    [[nodiscard]] bool try_wait() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

    /// Waits until the counter has come to 0.
    void wait() const noexcept { (void)wait_until(Deadline::never()); }

    /// The same until a point in time; whether the counter has come to 0.
    [[nodiscard]] bool wait_until(Deadline deadline) const noexcept {
        for (;;) {
            const u32 left = count_.load(std::memory_order_acquire);
            if (left == 0) return true;
            const auto woken = thread::futex_wait_until(count_, left, deadline);
            if (woken.has_error() && woken.assume_error() == Errno::TIMEDOUT) return try_wait();
        }
    }

    /// count_down() and wait().
    void arrive_and_wait() noexcept {
        count_down();
        wait();
    }

  private:
    FutexWord count_;
};
static_assert(sizeof(FutexLatch) == 4);

}  // namespace wali
