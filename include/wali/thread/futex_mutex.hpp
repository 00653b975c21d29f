// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/core/deadline.hpp>
#include <wali/thread/futex.hpp>

WALI_EXPORT namespace wali {
/// A mutex of 4 bytes for memory that processes share; memory of zeros is an unlocked one. Within one process
/// std::mutex does the same. It works with std::lock_guard and std::unique_lock. Nobody learns when its holder is
/// killed: RobustMutex does. One system call only where threads meet: futex(2), tier spec. Not fair, not recursive;
/// unlocked by who locked it. EINTR is retried. Not for signal handlers.
class FutexMutex {
  public:
    constexpr FutexMutex() noexcept = default;
    FutexMutex(const FutexMutex&) = delete;
    FutexMutex& operator=(const FutexMutex&) = delete;

    /// Takes it if it is free.
    [[nodiscard]] bool try_lock() noexcept {
        u32 seen = FREE;
        return word_.compare_exchange_strong(seen, HELD, std::memory_order_acquire, std::memory_order_relaxed);
    }

    /// Waits until it is free, and takes it.
    void lock() noexcept { (void)try_lock_until(Deadline::never()); }

    /// The same until a point in time; whether it took it.
    [[nodiscard]] bool try_lock_until(Deadline deadline) noexcept {
        if (try_lock()) return true;
        while (word_.exchange(AWAITED, std::memory_order_acquire) != FREE) {
            const auto woken = thread::futex_wait_until(word_, AWAITED, deadline);
            if (woken.has_error() && woken.assume_error() == Errno::TIMEDOUT) return false;
        }
        return true;
    }

    /// Frees it, and wakes one that waits.
    void unlock() noexcept {
        if (word_.exchange(FREE, std::memory_order_release) == AWAITED) (void)thread::futex_wake(word_, 1);
    }

  private:
    static constexpr u32 FREE = 0;
    static constexpr u32 HELD = 1;
    static constexpr u32 AWAITED = 2;  // held, and somebody may wait

    FutexWord word_ = FREE;
};
static_assert(sizeof(FutexMutex) == 4);

}  // namespace wali
