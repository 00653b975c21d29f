// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "module_file.h"

namespace wali::aot {

/// Prints what a module imports, by the rules of a policy that it needs. Throws Refusal.
void explain(const ModuleFile& input);

}  // namespace wali::aot
