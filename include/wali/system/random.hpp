// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/system.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/transfer.hpp>
#include <wali/sys/system.hpp>

WALI_EXPORT namespace wali { using abi::RandomFlags; }  // namespace wali

/// Random bytes of the kernel, fit for keys. Nothing is kept: a forked child gets others. Async-signal-safe; threads
/// may call at once.
WALI_EXPORT namespace wali::system {
/// getrandom(2), tier spec: fills the buffer, or a part of it where a signal comes in while more than 256 bytes are
/// made, and returns how much. Waits only in the first moments of a machine, until the kernel has gathered enough; with
/// RandomFlags::NONBLOCK it is Errno::AGAIN then. Errors: INTR (while it waited).
inline result<usize> get_random(MutableBytes buffer, RandomFlags flags) noexcept {
    return to_result<usize>(Call::getrandom, sys::getrandom(buffer.data(), buffer.size(), abi::bits(flags)));
}
inline result<usize> get_random(MutableBytes buffer) noexcept { return get_random(buffer, RandomFlags{}); }

/// getrandom(2), tier spec, until the buffer is full: over as many calls as it takes. EINTR is retried. AGAIN with
/// NONBLOCK, as above.
inline Transfer get_random_all(MutableBytes buffer, RandomFlags flags) noexcept {
    return transfer_all(Call::getrandom, buffer.size(),
                        [&](usize done) noexcept { return get_random(buffer.subspan(done), flags); });
}
inline Transfer get_random_all(MutableBytes buffer) noexcept { return get_random_all(buffer, RandomFlags{}); }

}  // namespace wali::system
