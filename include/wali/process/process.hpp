// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/signal.hpp>

/// Who the process is, and its end. Calls of tier spec; async-signal-safe.
WALI_EXPORT namespace wali::process {
/// getpid(2). Cannot fail.
inline Pid id() noexcept { return Pid(static_cast<i32>(sys::getpid())); }

/// getppid(2). Cannot fail; 0 when the parent is outside of the process's pid namespace.
inline Pid parent_id() noexcept { return Pid(static_cast<i32>(sys::getppid())); }

/// gettid(2). Cannot fail.
inline Tid thread_id() noexcept { return Tid(static_cast<i32>(sys::gettid())); }

/// kill(2): sends a signal to one process. Errors: SRCH, PERM, INVAL (no such signal, or no process's number: 0 and
/// negative numbers mean groups to the kernel).
inline result<void> send_signal(Pid process, Signal signal) noexcept {
    if (process.raw() <= 0) return Error(Errno::INVAL, Call::kill);
    return to_result<void>(Call::kill, sys::kill(process.raw(), abi::bits(signal)));
}

/// fork(3): a copy of the process, with the calling thread alone. Returns the child's id to the parent and Pid(0) to
/// the child. Through the C library, which tells its own state what happened: after the raw call, raise() and abort()
/// of the child would reach the parent. Errors: AGAIN, NOMEM.
result<Pid> fork() noexcept;

/// exit_group(2): ends the process at once, without destructors or atexit functions.
[[noreturn]] inline void exit(int status) noexcept {
    sys::exit_group(status);
    __builtin_trap();
}

}  // namespace wali::process
