// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/process.hpp>

/// What prctl(2) knows of the process, tier spec. Async-signal-safe.
WALI_EXPORT namespace wali::process {
namespace detail {
inline result<void> control(abi::PrctlOption option, unsigned long value) noexcept {
    return to_result<void>(Call::prctl, sys::prctl(abi::bits(option), value, 0, 0, 0));
}
inline result<int> controlled(abi::PrctlOption option) noexcept {
    int value = 0;
    const long raw =
        sys::prctl(abi::bits(option), static_cast<unsigned long>(reinterpret_cast<std::uintptr_t>(&value)), 0, 0, 0);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::prctl, raw);
    return value;
}
}  // namespace detail

/// PR_SET_CHILD_SUBREAPER: whether descendants whose parents have ended become our children, instead of process 1's:
/// what a supervisor of programs that daemonise needs. They must be waited for, with WaitTarget::any(). Children do not
/// inherit it.
inline result<void> set_child_subreaper(bool enabled) noexcept {
    return detail::control(abi::PrctlOption::SET_CHILD_SUBREAPER, enabled ? 1 : 0);
}
/// PR_GET_CHILD_SUBREAPER.
inline result<bool> is_child_subreaper() noexcept {
    const result<int> value = detail::controlled(abi::PrctlOption::GET_CHILD_SUBREAPER);
    if (value.has_error()) return value.assume_error();
    return value.assume_value() != 0;
}

/// PR_SET_PDEATHSIG: the signal that we get when the thread that has made this process ends; nothing for none. Look
/// at parent_id() afterwards: a parent that has ended before sends nothing. A child starts without; execve of a program
/// with other rights and a change of the user forget it.
inline result<void> set_parent_death_signal(std::optional<Signal> signal) noexcept {
    return detail::control(abi::PrctlOption::SET_PDEATHSIG,
                           signal ? static_cast<unsigned long>(abi::bits(*signal)) : 0);
}
/// PR_GET_PDEATHSIG.
inline result<std::optional<Signal>> parent_death_signal() noexcept {
    const result<int> value = detail::controlled(abi::PrctlOption::GET_PDEATHSIG);
    if (value.has_error()) return value.assume_error();
    if (value.assume_value() == 0) return std::optional<Signal>();
    return std::optional(static_cast<Signal>(value.assume_value()));
}

/// PR_SET_NO_NEW_PRIVS: nothing that we or our children execute gains rights, such as a setuid program's. Cannot be
/// taken back. The kernel keeps it per thread: threads that run already go on without.
inline result<void> set_no_new_privileges() noexcept { return detail::control(abi::PrctlOption::SET_NO_NEW_PRIVS, 1); }
/// PR_GET_NO_NEW_PRIVS, of the calling thread.
inline result<bool> has_no_new_privileges() noexcept {
    const long raw = sys::prctl(abi::bits(abi::PrctlOption::GET_NO_NEW_PRIVS), 0, 0, 0, 0);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::prctl, raw);
    return raw != 0;
}

}  // namespace wali::process
