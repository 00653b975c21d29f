// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>

namespace wali {

/// Whether a program executes this one whose guest has filters (host/filters).
inline bool is_filtered() { return std::getenv("WALI_FILTERS") != nullptr; }

/// What the environment chooses: nothing for such a program, whose own compiler could make what no filter holds.
inline const char* choice(const char* variable) { return is_filtered() ? nullptr : std::getenv(variable); }

}  // namespace wali
