// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wabt.h"

namespace wali::aot {

/// The WebAssembly features that may be in a module: what wabt's C writer can express.
wabt::Features features();

/// Reads and validates a binary module. Throws Refusal with the offset of the first mistake.
std::unique_ptr<wabt::Module> read_module(const std::string& name, const std::vector<std::uint8_t>& file);

/// The contents of the code section, from an offset on as the locations of instructions have it.
struct CodeSection {
    std::size_t begin = 0;
    std::size_t size = 0;
};

/// Of a file that read_module has accepted.
CodeSection find_code(const std::vector<std::uint8_t>& file);

}  // namespace wali::aot
