// SPDX-License-Identifier: BSL-1.0
//
// Where compiled modules are kept: $WALI_CACHE_DIR/aot/KEY, KEY = SHA-256 of the runtime's identity and
// place, the chosen C compiler and the module; KEY.quick is the quick translation, which runs until that one is there.
// KEY.lock is held by who makes one of them. Shared by walirun, which looks, and wali-aot, which fills.
#pragma once

#include <cstddef>
#include <string>

namespace wali::cache {

/// What $WALI_TIER asks for. Auto: the best there is; the quick translation at first, while the full one is made.
enum class Tier { Quick, Full, Auto, Unknown };

Tier tier();

/// The folder; not made if absent. Empty if there is neither WALI_CACHE_DIR, XDG_CACHE_HOME nor HOME.
std::string folder();

/// The folder that walirun and wali-aot lie in; empty if /proc is not mounted.
std::string runtime_folder();

/// The path of the executable for a module.
std::string path_of(const std::string& folder, const void* module, std::size_t size);

inline std::string quick(const std::string& path) { return path + ".quick"; }
inline std::string lock(const std::string& path) { return path + ".lock"; }

/// Whether `path` is an executable that this user (or root) owns and nobody else can write.
bool usable(const std::string& path);

/// Whether a process holds the lock of `path`.
bool locked(const std::string& path);

}  // namespace wali::cache
