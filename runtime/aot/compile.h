// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace wali::aot {

/// Compiles the C files in `folder` with the system's C compiler ($WALI_CC, default cc), as many at once as there are
/// cores, and links them with the host library in `support` to the executable `output`. Throws Refusal or Interrupted.
void compile(const std::string& folder, const std::vector<std::string>& c_files, const std::string& support,
             const std::string& output);

/// The compiler's command.
std::string compiler();

}  // namespace wali::aot
