// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/signal.hpp>
#include <wali/sys/signal_action.hpp>

WALI_EXPORT namespace wali {
using abi::SigactionFlags;

/// A function that a signal calls. It may interrupt anything, so it does no more than set a lock-free atomic or
/// call functions that say they are async-signal-safe.
using SignalHandler = void (*)(int signal) noexcept;

/// sigaction(2): calls `handler` when the signal arrives, with `blocked` and the signal itself blocked meanwhile.
/// Without SigactionFlags::RESTART a waiting call answers Errno::INTR. INVAL for KILL and STOP.
inline result<void> set_signal_handler(Signal signal, SignalHandler handler, SigactionFlags flags,
                                       const SignalSet& blocked) noexcept {
    const auto action = sys::make_k_sigaction(reinterpret_cast<void*>(handler), abi::bits(flags), blocked.raw()->bits);
    return to_void_result(sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}

inline result<void> set_signal_handler(Signal signal, SignalHandler handler, SigactionFlags flags) noexcept {
    return set_signal_handler(signal, handler, flags, SignalSet());
}
inline result<void> set_signal_handler(Signal signal, SignalHandler handler) noexcept {
    return set_signal_handler(signal, handler, SigactionFlags{});
}

/// Lets the signal do nothing. A write to a closed connection then answers Errno::PIPE when PIPE is ignored.
inline result<void> ignore_signal(Signal signal) noexcept {
    const auto action = sys::make_k_sigaction(sys::signal_ignore(), 0, 0);
    return to_void_result(sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}

/// Gives the signal its default action back.
inline result<void> reset_signal(Signal signal) noexcept {
    const auto action = sys::make_k_sigaction(sys::signal_default(), 0, 0);
    return to_void_result(sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}

}  // namespace wali
