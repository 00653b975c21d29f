// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>
#include <string>

namespace wali::aot {

/// Why an input cannot be run, and what to do: one line, shown after "PROGRAM: FILE: ".
class Refusal : public std::runtime_error {
  public:
    explicit Refusal(const std::string& reason) : std::runtime_error(reason) {}
};

/// A refusal that names a limit (resource_limits.h): trying again does not help.
class LimitReached : public Refusal {
  public:
    explicit LimitReached(const std::string& reason) : Refusal(reason) {}
};

/// Of what wabt writes: its C is changed by its form.
[[noreturn]] void unknown_shape();

/// "what: strerror(error)".
std::string with_errno(const std::string& what, int error);

/// A file name or an import's name may hold anything; a message is one line of text.
std::string printable(const std::string& text);

}  // namespace wali::aot
