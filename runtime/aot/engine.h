// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>

namespace wali::aot {

/// Does what reads a module, whose bytes may be hostile, in a child process with bounded memory and time, on a stack on
/// which wabt can recurse. Throws what the work throws, or a Refusal if it crashes.
void run_engine(const std::function<void()>& work);

}  // namespace wali::aot
