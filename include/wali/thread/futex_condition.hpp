// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/deadline.hpp>
#include <wali/thread/futex.hpp>

WALI_EXPORT namespace wali {
/// A condition variable of 8 bytes for memory that processes share; memory of zeros is one. It waits with whatever has
/// lock() and unlock(): a FutexMutex, a std::unique_lock of one, the guard of a RobustMutex. It holds nothing of a
/// process that is killed while it waits. Waits end without a notification, too: wait in a loop. EINTR ends a wait like
/// a notification. futex(2), tier spec: a notification that nobody waits for makes no call.
class FutexCondition {
  public:
    constexpr FutexCondition() noexcept = default;
    FutexCondition(const FutexCondition&) = delete;
    FutexCondition& operator=(const FutexCondition&) = delete;

    /// Unlocks, waits for a notification and locks again. Returns what lock() returns: nothing, or for the guard of a
    /// RobustMutex a result.
    template <class Lock>
    auto wait(Lock& lock) noexcept -> decltype(lock.lock()) {
        (void)sleep(lock, Deadline::never());
        return lock.lock();
    }

    /// The same until a point in time; whether that has not passed. With the guard of a RobustMutex, as a result.
    template <class Lock>
    [[nodiscard]] auto wait_until(Lock& lock, Deadline deadline) noexcept {
        const bool in_time = sleep(lock, deadline);
        if constexpr (std::is_void_v<decltype(lock.lock())>) {
            lock.lock();
            return in_time;
        } else {
            const auto locked = lock.lock();
            return locked.has_error() ? result<bool>(locked.assume_error()) : result<bool>(in_time);
        }
    }

    /// Wakes one that waits. The caller may hold the mutex or not; it has changed what they wait for under it.
    void notify_one() noexcept { notify(1); }
    /// Wakes all that wait.
    void notify_all() noexcept { notify(0x7fff'ffff); }

  private:
    template <class Lock>
    bool sleep(Lock& lock, Deadline deadline) noexcept {
        waiters_.fetch_add(1);
        const u32 seen = notifications_.load();
        lock.unlock();
        const auto woken = thread::futex_wait_until(notifications_, seen, deadline);
        waiters_.fetch_sub(1);
        return woken.has_value() || woken.assume_error() != Errno::TIMEDOUT;
    }

    void notify(u32 count) noexcept {
        notifications_.fetch_add(1);
        if (waiters_.load() != 0) (void)thread::futex_wake(notifications_, count);
    }

    FutexWord notifications_ = 0;
    FutexWord waiters_ = 0;  // at least as many as wait: those of killed processes stay counted
};
static_assert(sizeof(FutexCondition) == 8);

}  // namespace wali
