// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/signal.hpp>

/// Which signals the calling thread keeps waiting: sigprocmask(2), tier spec. KILL and STOP cannot be blocked. Does not
/// fail with a set from this library. Each function returns the set as it was. Async-signal-safe.
WALI_EXPORT namespace wali::signal {
namespace detail {
inline result<SignalSet> change_mask(abi::SigprocmaskHow how, const SignalSet& set) noexcept {
    SignalSet old;
    const long raw = sys::rt_sigprocmask(abi::bits(how), set.raw(), old.out(), sizeof(abi::sigset_t));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::rt_sigprocmask, raw);
    return old;
}
}  // namespace detail

/// Blocks signals in addition to those already blocked.
inline result<SignalSet> block(const SignalSet& set) noexcept {
    return detail::change_mask(abi::SigprocmaskHow::BLOCK, set);
}

/// Lets signals through again; those that waited arrive before this returns.
inline result<SignalSet> unblock(const SignalSet& set) noexcept {
    return detail::change_mask(abi::SigprocmaskHow::UNBLOCK, set);
}

/// Replaces the set of blocked signals.
inline result<SignalSet> set_mask(const SignalSet& set) noexcept {
    return detail::change_mask(abi::SigprocmaskHow::SETMASK, set);
}

}  // namespace wali::signal
