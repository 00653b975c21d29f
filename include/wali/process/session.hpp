// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/flags.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/signal.hpp>

/// Process groups and sessions: see credentials(7). A group has the number of its first process, a session that of its
/// leader. Async-signal-safe.
WALI_EXPORT namespace wali::process {
/// getpgid(2), tier spec: our own group. Cannot fail.
inline Pid process_group() noexcept { return Pid(static_cast<i32>(sys::getpgid(0))); }
/// getpgid(2), tier spec: that of another process. Errors: SRCH.
inline result<Pid> process_group_of(Pid process) noexcept {
    const long raw = sys::getpgid(process.raw());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getpgid, raw);
    return Pid(static_cast<i32>(raw));
}
/// setpgid(2), tier spec: puts a process, us or a child that has executed nothing yet, into a group of its session;
/// Pid(0) for the process is us, for the group one that the process begins. Errors: ACCES, PERM, SRCH.
inline result<void> set_process_group(Pid process, Pid group) noexcept {
    return to_result<void>(Call::setpgid, sys::setpgid(process.raw(), group.raw()));
}

/// getsid(2), tier spec: our own session. Cannot fail.
inline Pid session() noexcept { return Pid(static_cast<i32>(sys::getsid(0))); }
/// setsid(2), tier spec: begins a session and a group, without a controlling terminal, and returns its number. PERM
/// for who leads a group already.
inline result<Pid> begin_session() noexcept {
    const long raw = sys::setsid();
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::setsid, raw);
    return Pid(static_cast<i32>(raw));
}

/// kill(2), tier spec: sends a signal to all processes of a group. Errors: SRCH, PERM (to none of them), INVAL (no such
/// signal, or no group's number).
inline result<void> send_signal_to_group(Pid group, Signal signal) noexcept {
    if (group.raw() <= 1) return Error(Errno::INVAL, Call::kill);  // -1 means all processes to the kernel
    return to_result<void>(Call::kill, sys::kill(-group.raw(), abi::bits(signal)));
}

}  // namespace wali::process
