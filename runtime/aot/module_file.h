// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <vector>

namespace wali::aot {

/// Where a module is: a file's name, or an open file and what it is called.
struct ModuleFile {
    const char* name = nullptr;
    int descriptor = -1;
};

/// Throws Refusal.
std::vector<std::uint8_t> read_module_file(const ModuleFile& input);

}  // namespace wali::aot
