// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "../run/cache.h"
#include "module_file.h"

namespace wali::aot {

/// Makes the folder of the cache. False if that cannot be, or if it cannot be trusted or written.
bool make_cache(const std::string& folder);

/// Throws Refusal if somebody else could put programs into the cache `folder`.
void check_cache(const std::string& folder);

/// The descriptor of a module's executable in the cache `folder`, as `tier` asks for it; makes it if it is not there.
/// While a quick one is used, the full one is made in the background. What was not used for the longest time is removed
/// where the cache grows beyond `limit` bytes. Throws Refusal or Interrupted.
int cached_executable(const ModuleFile& input, const std::string& folder, std::uintmax_t limit, cache::Tier tier);

/// The same without a cache: no other process can see its file.
int uncached_executable(const ModuleFile& input);

}  // namespace wali::aot
