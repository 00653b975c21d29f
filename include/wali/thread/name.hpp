// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

/// The name of the calling thread, which ps -T, top -H and debuggers show. Its number is process::thread_id(); where
/// and how it is scheduled is in process/cpu_set.hpp and process/scheduling.hpp. Async-signal-safe.
WALI_EXPORT namespace wali::thread {
/// Room for a name: 15 bytes and a NUL.
using Name = std::array<char, 16>;

/// prctl(2) PR_SET_NAME, tier spec. Errors: RANGE for more than 15 bytes, which the kernel would cut off; INVAL for a
/// NUL inside.
inline result<void> set_name(std::string_view name) noexcept {
    Name text{};
    if (name.size() >= text.size()) return Error(Errno::RANGE, Call::prctl);
    if (name.find('\0') != name.npos) return Error(Errno::INVAL, Call::prctl);
    name.copy(text.data(), name.size());
    return to_result<void>(Call::prctl, sys::prctl(abi::bits(abi::PrctlOption::SET_NAME),
                                                   reinterpret_cast<std::uintptr_t>(text.data()), 0, 0, 0));
}

/// prctl(2) PR_GET_NAME, tier spec: the name, written to `buffer`. A new thread has its maker's.
inline result<std::string_view> name(Name& buffer WALI_LIFETIMEBOUND) noexcept {
    const long raw =
        sys::prctl(abi::bits(abi::PrctlOption::GET_NAME), reinterpret_cast<std::uintptr_t>(buffer.data()), 0, 0, 0);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::prctl, raw);
    return std::string_view(buffer.data());
}

}  // namespace wali::thread
