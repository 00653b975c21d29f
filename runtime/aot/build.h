// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tier.h"

namespace wali::aot {

struct Build {
    const std::string& name;  // of the module, for messages
    const std::vector<std::uint8_t>& bytes;
    const std::string& output;  // the executable, which appears whole or not at all
    Tier tier;
    bool observed;                // for walirun --trace and --stats
    bool cached;                  // it knows where walirun is, so that it can execute other modules
    const char* shown = nullptr;  // the program that a line on the terminal names if it takes long
};

/// Makes an executable of a module. Whatever takes long happens in a child process, and what that leaves is removed
/// here, however it ends. Throws Refusal or Interrupted.
void build(const Build& wanted, std::size_t jobs);

}  // namespace wali::aot
