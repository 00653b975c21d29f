// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali::aot {

/// How much work goes into an executable: Quick starts soon, Full runs fast.
enum class Tier { Quick, Full };

}  // namespace wali::aot
