// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
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
}  // namespace wali

/// What a signal does: sigaction(2), tier spec. Holds for all threads of the process. Async-signal-safe.
WALI_EXPORT namespace wali::signal {
struct HandlerOptions {
    SigactionFlags flags{};  ///< RESTART: a waiting call goes on; without it the call answers Errno::INTR
    SignalSet blocked{};     ///< kept waiting, besides the signal itself, while the handler runs
};

/// Calls `handler` when the signal arrives. INVAL for KILL and STOP.
inline result<void> set_handler(Signal signal, SignalHandler handler, const HandlerOptions& options) noexcept {
    const auto action =
        sys::make_k_sigaction(reinterpret_cast<void*>(handler), abi::bits(options.flags), options.blocked.raw()->bits);
    return to_result<void>(Call::rt_sigaction,
                           sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}
inline result<void> set_handler(Signal signal, SignalHandler handler) noexcept {
    return set_handler(signal, handler, HandlerOptions());
}

/// Lets the signal do nothing. A write to a closed connection then answers Errno::PIPE when PIPE is ignored.
inline result<void> ignore(Signal signal) noexcept {
    const auto action = sys::make_k_sigaction(sys::signal_ignore(), 0, 0);
    return to_result<void>(Call::rt_sigaction,
                           sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}

/// Gives the signal its default action back.
inline result<void> reset(Signal signal) noexcept {
    const auto action = sys::make_k_sigaction(sys::signal_default(), 0, 0);
    return to_result<void>(Call::rt_sigaction,
                           sys::rt_sigaction(abi::bits(signal), &action, nullptr, sizeof(abi::sigset_t)));
}

}  // namespace wali::signal
