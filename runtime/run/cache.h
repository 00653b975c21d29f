// SPDX-License-Identifier: BSL-1.0
//
// Where compiled modules are kept: $WALI_CACHE_DIR/aot/KEY, KEY = SHA-256 of the runtime's identity and place, the
// chosen C compiler, whether calls are observed, and the module; KEY.quick is the quick translation, which runs until
// that one is there. KEY.lock is held by who makes one of them. Beside each executable its record, FILE.sum: the hash
// of what was written, and the state of the file, which changes with everything that is done to it. Shared by walirun,
// which looks, and wali-aot, which fills.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace wali::cache {

/// What $WALI_TIER asks for. Auto: the best there is; the quick translation at first, while the full one is made.
enum class Tier { Quick, Full, Auto, Unknown };

Tier tier();

/// Whether a walirun observes this process's calls (observe/region.h): then translations are others.
bool is_observed();

/// The folder; not made if absent. Empty if there is neither WALI_CACHE_DIR, XDG_CACHE_HOME nor HOME.
std::string folder();

/// The folder that walirun and wali-aot lie in; empty if /proc is not mounted.
std::string runtime_folder();

/// The path of the executable for a module.
std::string path_of(const std::string& folder, const void* module, std::size_t size);

/// The same of a file, which is read, not mapped: who writes to it meanwhile cannot end this program. Empty if it
/// cannot be read or is too large.
std::string path_of(const std::string& folder, int module);
constexpr off_t max_module_bytes = off_t{512} << 20;

inline std::string quick(const std::string& path) { return path + ".quick"; }
inline std::string record(const std::string& path) { return path + ".sum"; }
inline std::string lock(const std::string& path) { return path + ".lock"; }

/// "a1b2...": the SHA-256.
std::string hash(const void* bytes, std::size_t size);

/// What is wrong with the folder, for a message: it, or a link in its place, belongs to somebody who could put
/// executables there. Empty if nothing is, or if there is none.
std::string problem_of(const std::string& folder);

/// Opens what this user (or root) owns, nobody else can write and is no link; -1 if that is not there.
int open_trusted(const std::string& path);

struct Record {
    std::string hash;
    std::string state;
};

/// The record of `path`; empty strings without one.
Record record_of(const std::string& path);

/// Size, number and time of the last change. Nobody can set that time.
std::string state_of(int fd);

/// Opens the executable `path` if it is as its record says; -1 if not.
int open_unchanged(const std::string& path);

/// Whether a process holds the lock of `path`.
bool locked(const std::string& path);

}  // namespace wali::cache
