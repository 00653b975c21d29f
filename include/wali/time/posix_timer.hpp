// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <utility>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/timer_setting.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/time.hpp>

WALI_EXPORT namespace wali {
/// A timer that sends a signal at each expiry: timer_create(2), tier named. `Clock` may be any of the library's that
/// has timers; those of CPU clocks count processor time. A new timer is stopped. Move-only; ends with its owner. A
/// signal that waits already is not sent again: overrun() counts. A forked child does not inherit timers, and the end
/// of its copy does nothing. A loop that waits in an Epoll wants a TimerFd instead. Everything is async-signal-safe.
template <class Clock>
class BasicPosixTimer {
  public:
    /// Sends `signal` to the process, with `value` in its siginfo. Errors: AGAIN (too many timers or waiting signals:
    /// RLIMIT_SIGPENDING), INVAL, OPNOTSUPP (a clock without timers).
    static result<BasicPosixTimer> create(abi::Signal signal, std::uintptr_t value = 0) noexcept {
        return create(abi::SigevNotify::SIGNAL, abi::bits(signal), value, 0);
    }

    /// The same for one thread of this process. INVAL for any other.
    static result<BasicPosixTimer> create_for_thread(Tid thread, abi::Signal signal,
                                                     std::uintptr_t value = 0) noexcept {
        return create(abi::SigevNotify::THREAD_ID, abi::bits(signal), value, thread.raw());
    }

    /// Sends nothing: for remaining().
    static result<BasicPosixTimer> create_silent() noexcept { return create(abi::SigevNotify::NONE, 0, 0, 0); }

    BasicPosixTimer() noexcept = default;
    BasicPosixTimer(BasicPosixTimer&& other) noexcept : id_(std::exchange(other.id_, -1)), process_(other.process_) {}
    BasicPosixTimer& operator=(BasicPosixTimer&& other) noexcept {
        if (this != &other) {
            end();
            id_ = std::exchange(other.id_, -1);
            process_ = other.process_;
        }
        return *this;
    }
    BasicPosixTimer(const BasicPosixTimer&) = delete;
    BasicPosixTimer& operator=(const BasicPosixTimer&) = delete;
    ~BasicPosixTimer() { end(); }

    /// Whether there is a timer. Calls through an empty one fail with Errno::INVAL.
    explicit operator bool() const noexcept { return id_ >= 0; }
    /// The number that siginfo names the timer by.
    int id() const noexcept { return id_; }

    /// timer_settime(2): expires `first` from now, and then once in every `interval`; 0 makes it the only expiry. What
    /// is not above 0 expires at once. Replaces what was set.
    result<void> set_after(Timeout first, Timeout interval = Duration::zero()) const noexcept {
        return set(detail::to_itimerspec(first, interval), 0);
    }

    /// timer_settime(2): the same at a point in time; at once where that has passed.
    result<void> set_at(std::chrono::time_point<Clock, Duration> first,
                        Timeout interval = Duration::zero()) const noexcept {
        return set(detail::to_itimerspec(first.time_since_epoch(), interval), abi::bits(abi::TimerFlags::ABSTIME));
    }

    /// timer_settime(2): stops it. A signal that waits already may still come: Linux 6.13 and later take it back.
    result<void> stop() const noexcept { return set(abi::itimerspec{}, 0); }

    /// timer_gettime(2): how long until the next expiry, and the interval.
    result<TimerSetting> remaining() const noexcept {
        abi::itimerspec setting;
        const long raw = sys::timer_gettime(id_, &setting);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::timer_gettime, raw);
        return detail::from_itimerspec(setting);
    }

    /// timer_getoverrun(2): how many expiries the last signal stands for, besides its own.
    result<u32> overrun() const noexcept { return to_result<u32>(Call::timer_getoverrun, sys::timer_getoverrun(id_)); }

  private:
    BasicPosixTimer(int id, i32 process) noexcept : id_(id), process_(process) {}

    static result<BasicPosixTimer> create(abi::SigevNotify notify, int signal, std::uintptr_t value,
                                          i32 thread) noexcept {
        abi::sigevent event{};
        event.value = value;
        event.signo = signal;
        event.notify = abi::bits(notify);
        event.tid = thread;
        int id = -1;
        const long raw = sys::timer_create(abi::bits(Clock::id), &event, &id);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::timer_create, raw);
        return BasicPosixTimer(id, static_cast<i32>(sys::getpid()));
    }

    result<void> set(const abi::itimerspec& setting, int flags) const noexcept {
        return to_result<void>(Call::timer_settime, sys::timer_settime(id_, flags, &setting, nullptr));
    }

    void end() noexcept {
        if (id_ < 0) return;
        const int id = std::exchange(id_, -1);
        if (sys::getpid() == process_) sys::timer_delete(id);
    }

    int id_ = -1;
    i32 process_ = 0;
};

/// For timeouts and intervals.
using PosixTimer = BasicPosixTimer<MonotonicClock>;

}  // namespace wali
