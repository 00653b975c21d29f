// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tier.h"

namespace wali::aot {

/// Translates a module to C files in `folder`, with calls that are `observed` (imports.h) or not; returns the names of
/// the .c files. Throws Refusal.
/// The engine reads hostile bytes, so it runs in a child process with bounded memory and time: whatever happens there
/// becomes one line here.
std::vector<std::string> translate(const std::string& name, const std::vector<std::uint8_t>& bytes, Tier tier,
                                   bool observed, const std::string& folder);

/// The same in this process, without files: for tests and fuzzing. Returns the size of the C text.
std::size_t translate_in_memory(const std::string& name, const std::vector<std::uint8_t>& bytes);

}  // namespace wali::aot
