// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace wali::aot {

/// Makes the calls of the imports setjmp and sigsetjmp in a C function, as the C writer wrote it, return twice. What
/// the function's variables held at the call, they hold again after the jump. Throws Refusal.
void write_jumps(std::string& function);

}  // namespace wali::aot
