// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

namespace wali::aot {

/// All that this process has open. From /proc, as close_range(2) is missing in older kernels and refused in some
/// containers. Throws Refusal.
std::vector<int> open_descriptors();

}  // namespace wali::aot
