// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>

namespace wali::aot {

/// Does what reads a module, whose bytes may be hostile, in a child process on a stack on which wabt can recurse. It
/// has bounded memory and time, nothing of what is open here, and a policy (../policy) under which it can change
/// nothing but files in `folder` (empty: none, and then it has the standard output). Throws what the work throws, or a
/// Refusal if it crashes.
void run_engine(const std::string& folder, const std::function<void()>& work);

}  // namespace wali::aot
