// SPDX-License-Identifier: BSL-1.0
//
// Where compiled modules are kept: $WALI_CACHE_DIR/aot/KEY, KEY = SHA-256 of the runtime's identity and
// place, the chosen C compiler and the module. Shared by walirun, which looks, and wali-aot, which fills.
#pragma once

#include <cstddef>
#include <string>

namespace wali::cache {

/// The folder; not made if absent. Empty if there is neither WALI_CACHE_DIR, XDG_CACHE_HOME nor HOME.
std::string folder();

/// The folder that walirun and wali-aot lie in; empty if /proc is not mounted.
std::string runtime_folder();

/// The path of the executable for a module.
std::string path_of(const std::string& folder, const void* module, std::size_t size);

/// Whether `path` is an executable that this user (or root) owns and nobody else can write.
bool usable(const std::string& path);

}  // namespace wali::cache
