// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/error.hpp>

/// To and from the standard library's errors. std::errc, std::system_category and Errno share Linux's numbers.
WALI_EXPORT namespace wali {
constexpr std::errc to_errc(Error error) noexcept { return static_cast<std::errc>(error.code()); }
constexpr Errno from_errc(std::errc condition) noexcept { return static_cast<Errno>(condition); }

/// The error as a std::error_code of std::system_category, which has no place for the call.
inline std::error_code to_error_code(Error error) noexcept {
    return {static_cast<int>(error.code()), std::system_category()};
}

/// The Errno of a code of std::system_category or std::generic_category; Errno::INVAL for any other category.
inline Errno from_error_code(const std::error_code& code) noexcept {
    const bool known = code.category() == std::system_category() || code.category() == std::generic_category();
    return known ? static_cast<Errno>(code.value()) : Errno::INVAL;
}

}  // namespace wali
