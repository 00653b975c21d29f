// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/signal.hpp>

/// Who the process is. These calls cannot fail.
WALI_EXPORT namespace wali {
/// getpid(2).
inline i32 process_id() noexcept { return static_cast<i32>(sys::getpid()); }
/// getppid(2): 0 when the parent is outside the process's pid namespace.
inline i32 parent_process_id() noexcept { return static_cast<i32>(sys::getppid()); }
/// gettid(2).
inline i32 thread_id() noexcept { return static_cast<i32>(sys::gettid()); }

/// kill(2): sends a signal to a process (or group: negative; see the man page). Errors: SRCH, PERM, INVAL.
inline result<void> send_signal(i32 process, abi::Signal signal) noexcept {
    return to_void_result(sys::kill(process, abi::bits(signal)));
}

/// exit_group(2): ends the process at once, without destructors or atexit functions.
[[noreturn]] inline void exit_process(int status) noexcept {
    sys::exit_group(status);
    __builtin_trap();
}

}  // namespace wali
