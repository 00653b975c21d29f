// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

namespace wali::aot {

struct Cleaned {
    std::size_t programs = 0;
    std::uintmax_t bytes = 0;
};

/// Removes from the cache `folder` what killed processes have left, and the programs that were not used for the longest
/// time until the others have at most `limit` bytes. What is being made now stays, and the program `kept` (a path).
Cleaned clean_cache(const std::string& folder, std::uintmax_t limit, const std::string& kept = {});

/// Removes the temporary folders (workspace.h) in `folder` of processes that were killed.
void clean_temporary_folders(const std::string& folder);

}  // namespace wali::aot
