// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../policy/policy.h"

namespace wali {

/// Descriptors of what a policy must let a program execute besides what its rules name, so that it can execute the
/// modules among those: what they are compiled to, with its record, and walirun, which the program executes then.
/// `compiled` gives the first for the module at a path; -1: it is not there.
std::vector<int> allowed_modules(const policy::Policy& policy,
                                 const std::function<int(const std::string& module)>& compiled);

}  // namespace wali
