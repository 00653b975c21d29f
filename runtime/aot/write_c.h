// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "lower.h"
#include "tier.h"

namespace wali::aot {

// How the names of C files of functions begin; the second if one of them catches exceptions.
constexpr const char* part_file = "part";
constexpr const char* catching_file = "catching";

// How those end that say which source lines they come from.
constexpr const char* lines_end = ".lines.c";

/// One generated file.
struct CFile {
    std::string name;  // "guest.h", "part0.c", ...
    std::string text;
};

/// Writes a lowered module as C, for files in `folder`: guest-impl.h, guest.h, adapters.h, part0.c ... partN.c (or
/// catching0.c ...), data.bin. Every .c file compiles alone; adapters.h must be force-included.
std::vector<CFile> write_c(const wabt::Module& module, const Lowered& lowered, const SourceLines& lines,
                           const std::string& adapters, Tier tier, const std::string& folder);

}  // namespace wali::aot
