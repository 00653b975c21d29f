// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "policy.h"

namespace wali::policy {

constexpr char help[] =
    "--allow RULE,...      runs it under a policy: what no rule allows is denied. Rules: fs:ro:PATH, fs:rw:PATH,\n"
    "                      net:listen:PORT, net:connect:PORT, exec:PATH, signal:children, time, none\n"
    "--policy FILE         the same from a TOML file: allow = [\"RULE\", ...], and these options without dashes\n"
    "--max-memory SIZE, --max-cpu SECONDS, --max-files COUNT, --max-processes COUNT, --timeout SECONDS\n"
    "                      limits that belong to a policy\n"
    "walirun --explain FILE.wasm  prints what a module imports, and which rules that needs\n"
    "--best-effort         leaves out, and names, what this kernel cannot enforce, instead of failing\n";

/// Whether the argument at `at` is an option of a policy; adds it to `policy`, and moves `at` to its value if it has
/// one. Throws PolicyError.
bool read_option(Policy& policy, int argc, char** argv, int& at);

/// After the last option. Throws PolicyError.
void check_complete(const Policy& policy);

}  // namespace wali::policy
