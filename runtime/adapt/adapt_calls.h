// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wabt.h"

namespace wali::adapt {

/// Replaces every call_indirect by a call of a function that looks which type the table's function has. If it has the
/// caller's type, the call is what it was. If not, the arguments go through integers of 64 bits to it. The table stays
/// as it is, so whoever else calls its functions, as the host does with signal handlers, finds them. Tail calls, and
/// types with vectors, references or several results, are left alone.
/// Throws Refusal if an instruction changes the table: its functions must be known here.
void adapt_calls(wabt::Module& module);

}  // namespace wali::adapt
