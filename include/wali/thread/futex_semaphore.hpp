// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/core/deadline.hpp>
#include <wali/thread/futex.hpp>

WALI_EXPORT namespace wali {
/// A counter that never falls below 0, for memory that processes share; memory of zeros is one of 0. Within one process
/// std::counting_semaphore does the same. What a process has taken when it is killed is gone: SysvSemaphores can give
/// it back. One system call only where threads meet: futex(2), tier spec. Not fair. EINTR is retried.
class FutexSemaphore {
  public:
    explicit constexpr FutexSemaphore(u32 count = 0) noexcept : count_(count) {}
    FutexSemaphore(const FutexSemaphore&) = delete;
    FutexSemaphore& operator=(const FutexSemaphore&) = delete;

    /// Adds 1, and wakes one that waits. Never waits. Async-signal-safe.
    void release() noexcept {
        count_.fetch_add(1);
        if (waiters_.load() != 0) (void)thread::futex_wake(count_, 1);
    }

    /// Takes 1, if there is any.
    [[nodiscard]] bool try_acquire() noexcept {
        u32 seen = count_.load();
        while (seen != 0)
            if (count_.compare_exchange_weak(seen, seen - 1)) return true;
        return false;
    }

    /// Waits until there is one, and takes it.
    void acquire() noexcept { (void)try_acquire_until(Deadline::never()); }

    /// The same until a point in time; whether it took one.
    [[nodiscard]] bool try_acquire_until(Deadline deadline) noexcept {
        if (try_acquire()) return true;
        // Said before the counter is looked at again: who releases looks at it after having added. Of a waiter that is
        // killed it stays, at the price of wakes that nobody needs.
        waiters_.fetch_add(1);
        bool taken = try_acquire();
        for (bool in_time = true; !taken && in_time; taken = try_acquire()) {
            const auto woken = thread::futex_wait_until(count_, 0, deadline);
            in_time = woken.has_value() || woken.assume_error() != Errno::TIMEDOUT;
        }
        waiters_.fetch_sub(1);
        return taken;
    }

    /// What it is now: others may change it at any time.
    u32 count() const noexcept { return count_.load(); }

  private:
    FutexWord count_;
    FutexWord waiters_ = 0;
};
static_assert(sizeof(FutexSemaphore) == 8);

}  // namespace wali
