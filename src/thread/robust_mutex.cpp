// SPDX-License-Identifier: BSL-1.0
#include <wali/thread/robust_mutex.hpp>

#include <pthread.h>
#include <cerrno>
#include <ctime>

#include <wali/abi/constants/errno.hpp>
#include <wali/time/clock.hpp>

namespace wali {
namespace {

pthread_mutex_t* native(unsigned char* storage) noexcept { return reinterpret_cast<pthread_mutex_t*>(storage); }

timespec time_of(Duration since_epoch) noexcept {
    const abi::timespec exact = to_timespec(since_epoch);
    timespec time{};
    time.tv_sec = static_cast<time_t>(exact.tv_sec);
    time.tv_nsec = static_cast<long>(exact.tv_nsec);
    return time;
}

int timed_lock(pthread_mutex_t* mutex, Deadline deadline) noexcept {
#if defined(__GLIBC__)
    const timespec time = time_of(deadline.when().time_since_epoch());
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &time);
#else
    for (;;) {
        const timespec time = time_of(time::convert<RealtimeClock>(deadline.when()).time_since_epoch());
        const int error = pthread_mutex_timedlock(mutex, &time);
        if (error != ETIMEDOUT || deadline.has_passed()) return error;
    }
#endif
}

}  // namespace

result<void> RobustMutex::initialize() noexcept {
    static_assert(sizeof(pthread_mutex_t) <= sizeof storage_ && alignof(pthread_mutex_t) <= 8);
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    // A thread that locks twice is told so, instead of waiting for itself.
    if (error == 0) error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (error == 0) error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0) error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (error == 0) error = pthread_mutex_init(native(storage_), &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (error != 0) return Error(static_cast<Errno>(error), Call::set_robust_list);
    initialized_ = 1;
    return success();
}

// What a function of the C library answered that takes the mutex.
result<RobustLock> RobustMutex::held(int error) noexcept {
    if (error != 0 && error != EOWNERDEAD) return Error(static_cast<Errno>(error), Call::futex);
    return RobustLock(this, error == EOWNERDEAD);
}

result<RobustLock> RobustMutex::lock() noexcept {
    return held(initialized_ != 0 ? pthread_mutex_lock(native(storage_)) : EINVAL);
}

result<RobustLock> RobustMutex::try_lock() noexcept {
    return held(initialized_ != 0 ? pthread_mutex_trylock(native(storage_)) : EINVAL);
}

result<RobustLock> RobustMutex::lock_until(Deadline deadline) noexcept {
    if (deadline.is_never()) return lock();
    return held(initialized_ != 0 ? timed_lock(native(storage_), deadline) : EINVAL);
}

result<void> RobustLock::mark_consistent() noexcept {
    const int error = held_ ? pthread_mutex_consistent(native(mutex_->storage_)) : EINVAL;
    if (error != 0) return Error(static_cast<Errno>(error), Call::futex);
    return success();
}

void RobustLock::unlock() noexcept {
    if (held_) pthread_mutex_unlock(native(mutex_->storage_));
    held_ = false;
}

result<void> RobustLock::lock() noexcept {
    if (mutex_ == nullptr) return Error(Errno::INVAL, Call::futex);
    result<RobustLock> again = mutex_->lock();
    if (again.has_error()) return again.assume_error();
    *this = std::move(again).assume_value();
    return success();
}

}  // namespace wali
