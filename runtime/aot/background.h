// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>

namespace wali::aot {

/// Does `work` in a process that has nothing to do with this one: not its child nor a child of what it executes, in a
/// session of its own, with none of its descriptors but `kept`, at the lowest priority, and not ended by what a
/// terminal sends. SIGTERM interrupts it. False if there can be no such process.
bool run_in_background(int kept, const std::function<void()>& work);

}  // namespace wali::aot
