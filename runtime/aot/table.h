// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "lower.h"
#include "write_c.h"

namespace wali::aot {

/// Whether the module's one table keeps, in all instances, what its segments write: no instruction names it but
/// call_indirect. So it is in what C and C++ compile to.
bool has_fixed_table(const wabt::Module& module, const Lowered& lowered);

/// Makes the C files of a module with a fixed table call through two constant arrays of functions and numbers of types,
/// shared by all instances, instead of the instance's own table of 32 bytes per element. They are in the file that the
/// C writer put the segments into. Throws Refusal.
void write_fixed_table(const wabt::Module& module, std::vector<CFile>& files);

}  // namespace wali::aot
