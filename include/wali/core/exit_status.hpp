// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// How a main() ends: 0 for success; 1 for an error, after a line on standard error that begins with the program's
/// name: "greet: bind: EADDRINUSE (address already in use)". It is what prints, so call it in main() only:
///
///     int main() { return wali::exit_status("greet", greet_once()); }
int exit_status(std::string_view program, const result<void>& outcome) noexcept;

}  // namespace wali
