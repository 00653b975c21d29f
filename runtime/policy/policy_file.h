// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "policy.h"

namespace wali::policy {

/// Adds what a TOML file says to a policy: allow = ["RULE", ...], and the options without their dashes. Throws
/// PolicyError.
void read_policy_file(Policy& policy, const std::string& path);

}  // namespace wali::policy
