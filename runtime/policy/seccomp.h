// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/filter.h>

#include <vector>

#include "policy.h"

namespace wali::policy {

/// The filter over system calls: what no policy can allow, and what this one does not.
std::vector<sock_filter> seccomp_filter(const Policy& policy);

/// From now on, for this thread and all that it starts. Throws PolicyError.
void enforce(const std::vector<sock_filter>& filter);

}  // namespace wali::policy
