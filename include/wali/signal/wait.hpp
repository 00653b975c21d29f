// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/structs/signal.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/signal/signal_info.hpp>
#include <wali/sys/signal.hpp>

/// Taking signals without a handler. The signals must be blocked in all threads, or they do what they otherwise do. All
/// but suspend() are async-signal-safe.
WALI_EXPORT namespace wali::signal {
/// sigtimedwait(2), tier named: waits for a signal of the set, and takes it. Errors: INTR (a handler for another signal
/// has run).
inline result<SignalInfo> wait(const SignalSet& set) noexcept {
    SignalInfo info;
    const long raw = sys::rt_sigtimedwait(set.raw(), info.out(), nullptr, sizeof(abi::sigset_t));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::rt_sigtimedwait, raw);
    return info;
}

/// sigtimedwait(2), tier named: the same no longer than `timeout`: then Errno::TIMEDOUT. 0 takes what is pending.
inline result<SignalInfo> wait(const SignalSet& set, Timeout timeout) noexcept {
    if (timeout == forever()) return wait(set);
    SignalInfo info;
    const abi::timespec time = to_timespec(timeout);
    const long raw = sys::rt_sigtimedwait(set.raw(), info.out(), &time, sizeof(abi::sigset_t));
    if (is_error(raw)) [[unlikely]] {
        const Error error = Error::of_raw(Call::rt_sigtimedwait, raw);
        return error == Errno::AGAIN ? Error(Errno::TIMEDOUT, Call::rt_sigtimedwait) : error;
    }
    return info;
}

/// sigsuspend(2), tier spec: replaces the thread's mask, waits until a handler has run, and puts the mask back.
inline void suspend(const SignalSet& mask) noexcept { sys::rt_sigsuspend(mask.raw(), sizeof(abi::sigset_t)); }

/// sigpending(2), tier spec: those that are blocked and have come, to this thread or to the process. Cannot fail.
inline SignalSet pending() noexcept {
    SignalSet set;
    sys::rt_sigpending(set.out(), sizeof(abi::sigset_t));
    return set;
}

}  // namespace wali::signal
