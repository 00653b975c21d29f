// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace wali::aot {

/// Writes the C writer's statements, one per instruction, as expressions: without optimization, each of its variables
/// costs the compiler and the program a store and a load, and each access to memory a call. What can trap or is seen
/// from elsewhere stays in its order.
void fold_expressions(std::string& file);

}  // namespace wali::aot
