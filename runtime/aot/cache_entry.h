// SPDX-License-Identifier: BSL-1.0
//
// An executable in the cache and its record (run/cache.h).
#pragma once

#include <string>

namespace wali::aot {

/// Opens the executable `path` if it is what was written there, -1 if not. One that was copied or restored has another
/// state than its record, but the same hash: it gets a new record. One that was damaged is as none.
int open_entry(const std::string& path);

/// Records what has just been put there.
void record_entry(const std::string& path);

void remove_entry(const std::string& path);

/// In the place of another one.
void move_entry(const std::string& from, const std::string& to);

}  // namespace wali::aot
