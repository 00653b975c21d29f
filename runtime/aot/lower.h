// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <unordered_map>

#include "source_lines.h"
#include "wabt.h"

namespace wali::aot {

/// What lowering learned about a module.
struct Lowered {
    std::unordered_map<const wabt::Func*, std::size_t> weight;  // instructions per function: balances the output files
    std::size_t total_weight = 0;
    bool tail_calls = false;
    bool uses_tables = false;    // reads or changes one by instructions of its own, not only by call_indirect
    bool shared_memory = false;  // as the module declares it
};

/// Rewrites a validated, named module into what the C writer can write and the host can drive:
///  - atomic wait, notify and fence become calls of imports, and so do the C library's calls of functions whose type
///  may
///    be another than the one it knows;
///  - memory becomes an import (one memory, one instance per thread); a module without memory gets an empty one;
///  - marks say which source lines instructions come from;
///  - exports are replaced by the few that the host uses, under plain names.
/// Throws Refusal for what cannot be expressed.
Lowered lower(wabt::Module& module, const SourceLines& lines);

}  // namespace wali::aot
