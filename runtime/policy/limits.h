// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "policy.h"

namespace wali::policy {

/// Sets the limits that the kernel keeps for each process. Throws PolicyError.
void set_limits(const Limits& limits);

}  // namespace wali::policy
