// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/deadline.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
class RobustLock;

/// A mutex for memory that processes share, whose next holder is told when a holder was killed or ended without
/// unlocking. It is the C library's (pthread_mutexattr_setrobust(3)): the kernel looks at one list of held locks per
/// thread, and that list is the C library's. On futex(2), tier spec, and set_robust_list(2), tier named; a host without
/// the latter fails initialize() with Errno::NOSYS.
///
///     WALI_TRY(wali::RobustLock lock, shared.mutex.lock());
///     if (lock.owner_died()) {
///         ...  // put right what the other has left half done
///         WALI_TRY(lock.mark_consistent());
///     }
///
/// Not recursive (DEADLK). Not for signal handlers.
class RobustMutex {
  public:
    RobustMutex() noexcept = default;
    RobustMutex(const RobustMutex&) = delete;
    RobustMutex& operator=(const RobustMutex&) = delete;

    /// Makes it ready, once, before anybody else uses it. Errors: NOSYS.
    result<void> initialize() noexcept;

    /// Waits until it is free, and takes it. EINTR is retried. Errors: NOTRECOVERABLE (a holder died and the next one
    /// unlocked without mark_consistent()), DEADLK (this thread holds it), INVAL (not initialized).
    result<RobustLock> lock() noexcept WALI_LIFETIMEBOUND;

    /// The same without waiting: BUSY.
    result<RobustLock> try_lock() noexcept WALI_LIFETIMEBOUND;

    /// The same until a point in time: TIMEDOUT. On musl the wait is on the realtime clock, so setting that makes it
    /// longer or has it look more often.
    result<RobustLock> lock_until(Deadline deadline) noexcept WALI_LIFETIMEBOUND;

  private:
    friend class RobustLock;
    result<RobustLock> held(int error) noexcept;

    // The C library's pthread_mutex_t and whether there is one.
    alignas(8) unsigned char storage_[48]{};
    u32 initialized_ = 0;
};

/// A RobustMutex that is held: given back when this ends. Move-only; a thread does not hand it to another one.
class [[nodiscard]] RobustLock {
  public:
    RobustLock() noexcept = default;
    RobustLock(RobustLock&& other) noexcept
        : mutex_(std::exchange(other.mutex_, nullptr)),
          held_(std::exchange(other.held_, false)),
          owner_died_(other.owner_died_) {}
    RobustLock& operator=(RobustLock&& other) noexcept {
        if (this != &other) {
            unlock();
            mutex_ = std::exchange(other.mutex_, nullptr);
            held_ = std::exchange(other.held_, false);
            owner_died_ = other.owner_died_;
        }
        return *this;
    }
    RobustLock(const RobustLock&) = delete;
    RobustLock& operator=(const RobustLock&) = delete;
    ~RobustLock() { unlock(); }

    /// Whether the mutex is held.
    explicit operator bool() const noexcept { return held_; }

    /// Whether the last holder died: what the mutex guards may be half done.
    bool owner_died() const noexcept { return owner_died_; }

    /// pthread_mutex_consistent(3): says that it is put right. Without this, nobody can lock after unlock(). INVAL
    /// where owner_died() is false.
    result<void> mark_consistent() noexcept;

    /// Gives the mutex back before the end.
    void unlock() noexcept;

    /// Takes the same mutex again after unlock(), as a FutexCondition does: look at owner_died() then. Errors: those of
    /// RobustMutex::lock().
    result<void> lock() noexcept;

  private:
    friend class RobustMutex;
    RobustLock(RobustMutex* mutex, bool owner_died) noexcept : mutex_(mutex), held_(true), owner_died_(owner_died) {}

    RobustMutex* mutex_ = nullptr;
    bool held_ = false;
    bool owner_died_ = false;
};

}  // namespace wali
