// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/signal.hpp>

/// Sending signals; to a process without more, see process::send_signal, and PidFd, which cannot meet another one.
/// Async-signal-safe.
WALI_EXPORT namespace wali::signal {
/// getpid(2), gettid(2), tier spec, and tgkill(2), tier named: to the calling thread, before this returns if it is not
/// blocked. INVAL: no such signal.
inline result<void> raise(Signal signal) noexcept {
    return to_result<void>(
        Call::tgkill, sys::tgkill(static_cast<i32>(sys::getpid()), static_cast<i32>(sys::gettid()), abi::bits(signal)));
}

/// getpid(2), tier spec, and tgkill(2), tier named: to one thread of this process. Errors: SRCH, INVAL.
inline result<void> send_to_thread(Tid thread, Signal signal) noexcept {
    return to_result<void>(Call::tgkill, sys::tgkill(static_cast<i32>(sys::getpid()), thread.raw(), abi::bits(signal)));
}

/// getpid(2), getuid(2), tier spec, and rt_sigqueueinfo(2), tier named: to a process, with a value, see
/// SignalInfo::value. Real-time signals wait in a queue, each with its value; of others one of a kind waits. Errors:
/// AGAIN (too many wait: RLIMIT_SIGPENDING), SRCH, PERM, INVAL.
inline result<void> queue(Pid process, Signal signal, std::uintptr_t value) noexcept {
    abi::siginfo_rt info{};
    info.signo = abi::bits(signal);
    info.code = abi::bits(abi::SignalCode::QUEUE);
    info.pid = static_cast<i32>(sys::getpid());
    info.uid = static_cast<u32>(sys::getuid());
    info.value = value;
    return to_result<void>(Call::rt_sigqueueinfo, sys::rt_sigqueueinfo(process.raw(), abi::bits(signal), &info));
}

/// The real-time signal `number`, 0 to 29: see signal(7). The C library keeps the lowest for itself. The number is the
/// same natively and in wasm, which makes it SIGRTMIN + number for musl, SIGRTMIN + 1 + number for glibc.
constexpr Signal real_time(int number) noexcept { return static_cast<Signal>(35 + number); }

}  // namespace wali::signal
