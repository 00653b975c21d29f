// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_info.hpp>
#include <wali/sys/signal.hpp>
#include <wali/sys/signal_action.hpp>

WALI_EXPORT namespace wali {
/// A handler that is told more. `context` is the kernel's ucontext_t; in wasm, of its registers none are there.
using SignalInfoHandler = void (*)(int signal, const SignalInfo* info, void* context) noexcept;

/// What a signal does until this ends, when it does again what it did before: sigaction(2), tier spec. Holds for all
/// threads of the process; of several for one signal, the last made must end first. Move-only. A handler may interrupt
/// anything, so what it calls must be async-signal-safe: reading and writing descriptors (wali::read, wali::write), raw
/// calls (wali::sys), and what else says so. Nothing of the C++ library does but lock-free atomics.
class [[nodiscard]] ScopedSignalHandler {
  public:
    /// Calls `handler` when the signal arrives. INVAL for KILL and STOP.
    static result<ScopedSignalHandler> set(Signal signal, SignalHandler handler,
                                           const signal::HandlerOptions& options) noexcept {
        return act(signal, reinterpret_cast<void*>(handler), options.flags, options.blocked);
    }
    static result<ScopedSignalHandler> set(Signal signal, SignalHandler handler) noexcept {
        return set(signal, handler, signal::HandlerOptions());
    }
    /// Calls a handler that is told more.
    static result<ScopedSignalHandler> set(Signal signal, SignalInfoHandler handler,
                                           const signal::HandlerOptions& options) noexcept {
        return act(signal, reinterpret_cast<void*>(handler), options.flags | SigactionFlags::SIGINFO, options.blocked);
    }
    static result<ScopedSignalHandler> set(Signal signal, SignalInfoHandler handler) noexcept {
        return set(signal, handler, signal::HandlerOptions());
    }
    /// Lets the signal do nothing.
    static result<ScopedSignalHandler> ignore(Signal signal) noexcept {
        return act(signal, sys::signal_ignore(), SigactionFlags{}, SignalSet());
    }

    ScopedSignalHandler(ScopedSignalHandler&& other) noexcept
        : before_(other.before_), signal_(std::exchange(other.signal_, Signal{})) {}
    ScopedSignalHandler& operator=(ScopedSignalHandler&&) = delete;
    ~ScopedSignalHandler() {
        if (signal_ != Signal{}) sys::rt_sigaction(abi::bits(signal_), &before_, nullptr, sizeof(abi::sigset_t));
    }

  private:
    explicit ScopedSignalHandler(Signal signal) noexcept : signal_(signal) {}

    static result<ScopedSignalHandler> act(Signal signal, void* handler, SigactionFlags flags,
                                           const SignalSet& blocked) noexcept {
        const auto action = sys::make_k_sigaction(handler, abi::bits(flags), blocked.raw()->bits);
        ScopedSignalHandler made(signal);
        const long raw = sys::rt_sigaction(abi::bits(signal), &action, &made.before_, sizeof(abi::sigset_t));
        if (is_error(raw)) [[unlikely]] {
            made.signal_ = Signal{};
            return Error::of_raw(Call::rt_sigaction, raw);
        }
        return made;
    }

    abi::k_sigaction before_{};
    Signal signal_;
};

}  // namespace wali
