// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali::aot {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Part of a name or number in C.
constexpr bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

}  // namespace wali::aot
