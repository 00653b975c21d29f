// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/timer_setting.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::TimerfdFlags;

/// A timer behind a descriptor, which an Epoll can watch: IN is ready from its expiry on until read() takes it. See
/// timerfd_create(2), tier named. `Clock` is MonotonicClock, RealtimeClock or BoottimeClock, so a time of one clock
/// cannot be given to the timer of another. A new timer is stopped. Threads may share it. Setting never waits.
template <class Clock>
class BasicTimerFd : public Descriptor<BasicTimerFd<Clock>> {
  public:
    BasicTimerFd() noexcept = default;

    /// timerfd_create(2), close-on-exec. `flags`: NONBLOCK. Errors: MFILE, NFILE, NOMEM; INVAL for a clock that has no
    /// such timers.
    static result<BasicTimerFd> create(TimerfdFlags flags = TimerfdFlags{}) noexcept {
        return to_descriptor<BasicTimerFd>(
            Call::timerfd_create, sys::timerfd_create(abi::bits(Clock::id), abi::bits(flags | TimerfdFlags::CLOEXEC)));
    }

    /// timerfd_settime(2): expires `first` from now, and then once in every `interval`; 0 makes it the only expiry.
    /// What is not above 0 expires at once. Replaces what was set.
    result<void> set_after(Timeout first, Timeout interval = Duration::zero()) const noexcept {
        return set(detail::to_itimerspec(first, interval), abi::TimerfdSetFlags{});
    }

    /// The same at a point in time; at once where that has passed. A RealtimeClock that is set moves the expiry.
    result<void> set_at(std::chrono::time_point<Clock, Duration> first,
                        Timeout interval = Duration::zero()) const noexcept {
        return set(detail::to_itimerspec(first.time_since_epoch(), interval), abi::TimerfdSetFlags::ABSTIME);
    }

    /// The same, cancelled when somebody sets the clock: read() then answers Errno::CANCELED, and the program sets the
    /// timer anew. CANCELED also comes from here, where the clock was set since the last read(); the timer is set.
    result<void> set_at_or_cancel(std::chrono::time_point<Clock, Duration> first,
                                  Timeout interval = Duration::zero()) const noexcept
        requires(std::is_same_v<Clock, RealtimeClock>)
    {
        return set(detail::to_itimerspec(first.time_since_epoch(), interval),
                   abi::TimerfdSetFlags::ABSTIME | abi::TimerfdSetFlags::CANCEL_ON_SET);
    }

    /// Stops it; an expiry that nobody has read is gone.
    result<void> stop() const noexcept { return set(abi::itimerspec{}, abi::TimerfdSetFlags{}); }

    /// timerfd_gettime(2): how long until the next expiry, and the interval.
    result<TimerSetting> remaining() const noexcept {
        abi::itimerspec setting;
        const long raw = sys::timerfd_gettime(this->fd().raw(), &setting);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::timerfd_gettime, raw);
        return detail::from_itimerspec(setting);
    }

    /// read(2), tier spec: waits for an expiry and returns how many there were since it was set or read. Errors: AGAIN
    /// (non-blocking, not expired), CANCELED (see set_at_or_cancel), INTR.
    result<u64> read() const noexcept {
        u64 count;
        const long raw = sys::read(this->fd().raw(), &count, sizeof count);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::read, raw);
        return count;
    }

  private:
    result<void> set(const abi::itimerspec& setting, abi::TimerfdSetFlags flags) const noexcept {
        return to_result<void>(Call::timerfd_settime,
                               sys::timerfd_settime(this->fd().raw(), abi::bits(flags), &setting, nullptr));
    }
};

/// For timeouts and intervals.
using TimerFd = BasicTimerFd<MonotonicClock>;
/// For times of day.
using RealtimeTimerFd = BasicTimerFd<RealtimeClock>;

}  // namespace wali
