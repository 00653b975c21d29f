// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/time.hpp>

WALI_EXPORT namespace wali {
namespace detail {
/// What `attempt` returns as soon as that is not Errno::AGAIN; Errno::TIMEDOUT after `timeout`.
template <class Attempt>
auto lock_within(Timeout timeout, Attempt&& attempt) noexcept -> decltype(attempt()) {
    constexpr Duration longest = std::chrono::milliseconds(50);
    const MonotonicClock::time_point deadline = deadline_after(timeout);
    for (Duration pause = std::chrono::milliseconds(1);; pause = pause < longest / 2 ? 2 * pause : longest) {
        auto lock = attempt();
        if (lock.has_value() || lock.assume_error() != Errno::AGAIN) return lock;
        const Duration left = time_until(deadline);
        if (left == Duration::zero()) return Error(Errno::TIMEDOUT, lock.assume_error().call());
        const abi::timespec time = to_timespec(pause < left ? pause : left);
        sys::clock_nanosleep(abi::bits(abi::ClockId::MONOTONIC), 0, &time, nullptr);  // a signal makes it ask earlier
    }
}
}  // namespace detail

/// An advisory lock on an open file, given back when this ends: see File::lock_shared. The file must stay open for as
/// long. Move-only; threads may hand it over. In a forked child the end of its copy leaves the parent's lock alone.
class [[nodiscard]] FileLock {
  public:
    /// flock(2) and getpid(2), tier spec. Calls through a descriptor that is empty fail with Errno::BADF.
    static result<FileLock> acquire(BorrowedFd file WALI_LIFETIMEBOUND, abi::FlockOperation operation) noexcept {
        const long raw = sys::flock(file.raw(), abi::bits(operation));
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::flock, raw);
        return FileLock(file.raw(), static_cast<i32>(sys::getpid()));
    }

    FileLock() noexcept = default;
    FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), process_(other.process_) {}
    FileLock& operator=(FileLock&& other) noexcept {
        if (this != &other) {
            release();
            fd_ = std::exchange(other.fd_, -1);
            process_ = other.process_;
        }
        return *this;
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock() { release(); }

    /// Whether a lock is held.
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives the lock back before the end: getpid(2) and flock(2), tier spec.
    void release() noexcept {
        if (fd_ < 0) return;
        const int fd = std::exchange(fd_, -1);
        if (sys::getpid() == process_) sys::flock(fd, abi::bits(abi::FlockOperation::UN));
    }

  private:
    FileLock(int fd, i32 process) noexcept : fd_(fd), process_(process) {}

    int fd_ = -1;
    i32 process_ = 0;
};

}  // namespace wali
