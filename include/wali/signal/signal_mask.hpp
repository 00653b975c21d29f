// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/signal.hpp>

WALI_EXPORT namespace wali {
using abi::SigprocmaskHow;

/// sigprocmask(2): changes which signals the calling thread keeps waiting, and returns the set as it was. KILL and
/// STOP cannot be blocked. Does not fail with a set from this library. Async-signal-safe.
inline result<SignalSet> change_signal_mask(SigprocmaskHow how, const SignalSet& set) noexcept {
    SignalSet old;
    const long raw = sys::rt_sigprocmask(abi::bits(how), set.raw(), old.out(), sizeof(abi::sigset_t));
    if (raw < 0) return static_cast<Errno>(-raw);
    return old;
}

/// Blocks signals in addition to those already blocked; returns the set as it was.
inline result<SignalSet> block_signals(const SignalSet& set) noexcept {
    return change_signal_mask(SigprocmaskHow::BLOCK, set);
}

/// Replaces the set of blocked signals; returns the set as it was.
inline result<SignalSet> set_signal_mask(const SignalSet& set) noexcept {
    return change_signal_mask(SigprocmaskHow::SETMASK, set);
}

}  // namespace wali
