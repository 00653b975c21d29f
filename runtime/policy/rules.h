// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "policy.h"

namespace wali::policy {

/// Adds a rule as a user writes it: fs:ro:PATH, net:listen:PORT, none, ... Throws PolicyError.
void add_rule(Policy& policy, const std::string& rule);

/// Sets a limit by the name of its option, without the dashes; false if there is none of that name. Throws PolicyError.
bool set_limit(Limits& limits, const std::string& name, const std::string& value);

}  // namespace wali::policy
