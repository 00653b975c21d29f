// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "interrupt.h"
#include "options.h"

namespace wali::aot {

/// Becomes the module, compiled into the cache if it is not there. Throws Refusal or Interrupted.
[[noreturn]] void run(const Options& options, Interrupts& interrupts);

}  // namespace wali::aot
