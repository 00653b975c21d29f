// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/core/outcome.hpp>

WALI_EXPORT namespace wali {
/// Why a call failed: Linux's error number, 4 bytes, trivially copyable. `Errno::NOENT` is ENOENT.
using Errno = abi::Errno;
using abi::errno_name;
using abi::errno_text;

/// What happens when a program asks for the value of an error, or the error of a value: a trap at the place of the
/// mistake. Nothing is thrown or printed.
struct TrapOnWrongAccess : BOOST_OUTCOME_V2_NAMESPACE::policy::base {
    template <class Impl>
    static constexpr void wide_value_check(Impl&& self) noexcept {
        if (!base::_has_value(static_cast<Impl&&>(self))) [[unlikely]]
            __builtin_trap();
    }
    template <class Impl>
    static constexpr void wide_error_check(Impl&& self) noexcept {
        if (!base::_has_error(static_cast<Impl&&>(self))) [[unlikely]]
            __builtin_trap();
    }
    template <class Impl>
    static constexpr void wide_exception_check(Impl&&) noexcept {}
};

/// Either a `T` or an `Errno`. Making one allocates nothing, calls nothing and touches no thread-local state.
/// Test it with `if (r)`, take it apart with `r.value()` and `r.error()`, or pass errors up with WALI_TRY
/// (wali/try.hpp). See Boost.Outcome for the rest.
template <class T>
using result = BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Errno, TrapOnWrongAccess>;

static_assert(sizeof(result<int>) == 8, "result<int> must fit a register; Boost 1.81 or later gives that");

/// Success of a `result<void>`.
constexpr auto success() noexcept { return BOOST_OUTCOME_V2_NAMESPACE::success(); }

/// The raw layer's convention, -errno or a value, as a `result`.
template <class T = long>
[[gnu::always_inline]] constexpr result<T> to_result(long raw) noexcept {
    if (raw < 0) [[unlikely]]
        return static_cast<Errno>(-raw);
    return static_cast<T>(raw);
}

/// The same for calls whose only success value is 0.
[[gnu::always_inline]] constexpr result<void> to_void_result(long raw) noexcept {
    if (raw < 0) [[unlikely]]
        return static_cast<Errno>(-raw);
    return success();
}

/// Calls `function` until its result is anything but Errno::INTR, and returns that result.
template <class Function>
constexpr auto retry_interrupted(Function&& function) noexcept(noexcept(function())) -> decltype(function()) {
    for (;;) {
        auto outcome = function();
        if (outcome.has_value() || outcome.assume_error() != Errno::INTR) return outcome;
    }
}

}  // namespace wali
