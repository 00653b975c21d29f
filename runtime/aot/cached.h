// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "module_file.h"

namespace wali::aot {

/// The executable of a module in the cache `folder`, as $WALI_TIER asks for it; makes it if it is not there. While a
/// quick one is used, the full one is made in the background. Throws Refusal or Interrupted.
std::string cached_executable(const ModuleFile& input, const std::string& folder);

}  // namespace wali::aot
