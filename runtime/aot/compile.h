// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "tier.h"

namespace wali::aot {

/// Compiles the C files in `folder` with a C compiler ($WALI_CC; default cc, for Tier::Quick clang-22 where there is
/// one), at most `jobs` at once, with the headers in `support`, and links them with the host `library` to the
/// executable `output`, also in `folder`. Limits this process's resources (resource_limits.h), and theirs and their
/// rights (confine.h). Throws Refusal or Interrupted.
void compile(const std::string& folder, const std::vector<std::string>& c_files, const std::string& support,
             const std::string& library, Tier tier, std::size_t jobs, const std::string& output);

}  // namespace wali::aot
