// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <string>

namespace wali::policy {

/// Calls `allow` with descriptors that together stand for `path` and all below, except for /proc/PID/mem: through that
/// file root, who is its owner, would reach the host's memory. `whole` says that all below is meant, and not the folder
/// alone. Throws PolicyError.
void without_process_memory(const std::string& path, const std::function<void(int fd, bool whole)>& allow);

}  // namespace wali::policy
