// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "policy.h"

namespace wali::policy {

/// What is executed under a policy, by descriptors.
struct Program {
    int executable;
    std::vector<int> helpers;  // may be executed by it, too
    std::vector<std::string>
        hidden;  // folders from which programs without the policy come: no rule lets it write there
};

/// Executes a program under a policy: the kernel keeps it, for the program and for all that this starts. `name` is the
/// program's, for messages. Throws PolicyError.
[[noreturn]] void execute(const Policy& policy, const Program& program, const char* name, char** arguments);

}  // namespace wali::policy
