// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>

namespace wali::aot {

/// Processors that this process may use.
std::size_t cores();

/// Calls `work` with each number below `count`, on as many threads as there are cores. Throws the first exception of
/// one of them, after all have ended.
void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace wali::aot
