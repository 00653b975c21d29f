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

/// "what: strerror(error)".
std::string with_errno(const std::string& what, int error);

}  // namespace wali::aot
