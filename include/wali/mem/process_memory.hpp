// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/mem.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/mem.hpp>

WALI_EXPORT namespace wali { using abi::MlockallFlags; }  // namespace wali

/// The memory of the process as a whole. Async-signal-safe.
WALI_EXPORT namespace wali::mem {
/// mlockall(2), tier named: keeps in memory what is mapped (CURRENT), what will be (FUTURE), or both, so that no access
/// waits for a device; with ONFAULT, each page from its first use on. Under walirun that is the host's memory, too.
/// Errors: NOMEM (more than RLIMIT_MEMLOCK), PERM, INVAL.
inline result<void> lock_all(MlockallFlags flags) noexcept {
    return to_result<void>(Call::mlockall, sys::mlockall(abi::bits(flags)));
}

/// munlockall(2), tier named: ends that.
inline result<void> unlock_all() noexcept { return to_result<void>(Call::munlockall, sys::munlockall()); }

}  // namespace wali::mem
