// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wali::policy {

/// Goes on in a child process. This one waits for it, hands signals on, ends as it ends, and takes care that after
/// `milliseconds`, and when the child has ended, nothing is left of what the child has started. Throws PolicyError.
void limit_time(std::uint64_t milliseconds, const char* name);

}  // namespace wali::policy
