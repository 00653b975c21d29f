// SPDX-License-Identifier: BSL-1.0
#include "cached.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "../run/cache.h"
#include "background.h"
#include "build.h"
#include "cache_clean.h"
#include "cache_entry.h"
#include "cache_lock.h"
#include "parallel.h"
#include "refusal.h"
#include "workspace.h"

namespace wali::aot {
namespace {

constexpr std::size_t small_module = std::size_t{16}
                                     << 10;  // bytes; the full translation takes less than half a second

struct Module {
    std::string name;
    std::vector<std::uint8_t> bytes;
    std::uintmax_t limit;  // of the cache, in bytes
    std::string full;
    std::string quick;
};

void clean(const Module& module) {
    const std::string folder = module.full.substr(0, module.full.rfind('/'));
    clean_cache(folder, module.limit, module.full);
    clean_temporary_folders(folder);
}

void make(const Module& module, Tier tier) {
    const std::string& path = tier == Tier::Full ? module.full : module.quick;
    build({module.name, module.bytes, path, tier, cache::is_observed(), true, "walirun"}, cores());
    record_entry(path);
    clean(module);
}

/// Where the full translation reaches a limit, the quick one takes its place.
void make_full(const Module& module) {
    try {
        build({module.name, module.bytes, module.full, Tier::Full, cache::is_observed(), true},
              std::max<std::size_t>(cores() / 2, 1));
        record_entry(module.full);
        remove_entry(module.quick);
        clean(module);
    } catch (const LimitReached&) {
        move_entry(module.quick, module.full);
    }
}

/// Opens what was made just now.
int open_made(const std::string& path) {
    const int fd = open_entry(path);
    if (fd < 0)
        throw Refusal("cannot use what was written to the cache " + path.substr(0, path.rfind('/')) +
                      "; set WALI_CACHE_DIR to a folder on a file system with owners and permissions");
    return fd;
}

/// One process at a time makes one; the others wait for its result.
int only(const Module& module, Tier tier) {
    const std::string& path = tier == Tier::Full ? module.full : module.quick;
    int fd = -1;
    const auto there = [&] { return (fd = open_entry(path)) >= 0; };
    if (const auto lock = CacheLock::wait(module.full, there); lock && !there()) {
        make(module, tier);
        return open_made(path);
    }
    return fd;
}

void start_full(const Module& module, CacheLock lock) {
    const auto work = [&] {
        const CacheLock held = std::move(lock);
        make_full(module);
    };
    if (run_in_background(lock.descriptor(), work)) lock.leave();
}

int best(const Module& module) {
    int fd = -1;
    const auto there = [&] { return (fd = open_entry(module.full)) >= 0 || (fd = open_entry(module.quick)) >= 0; };
    auto lock = CacheLock::wait(module.full, there);
    if (lock && !there()) {
        make(module, Tier::Quick);
        fd = open_made(module.quick);
    }
    if (!lock) lock = CacheLock::attempt(module.full);
    if (const int full = open_entry(module.full); full >= 0) {  // nobody is making it, or it was there before
        close(fd);
        return full;
    }
    if (lock) start_full(module, std::move(*lock));
    return fd;
}

/// With those above it that are missing. Closed for others, also where the user's umask leaves folders open for a
/// group.
std::error_code make_folder(const std::string& folder) {
    if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
    const std::size_t end = folder.rfind('/');
    if (errno != ENOENT || end == std::string::npos || end == 0) return {errno, std::generic_category()};
    if (const std::error_code error = make_folder(folder.substr(0, end))) return error;
    if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return {errno, std::generic_category()};
}

}  // namespace

bool make_cache(const std::string& folder) {
    if (folder.empty() || make_folder(folder)) return false;
    return cache::problem_of(folder).empty() && access(folder.c_str(), W_OK) == 0;
}

void check_cache(const std::string& folder) {
    if (const std::string problem = cache::problem_of(folder); !problem.empty())
        throw Refusal("the cache " + folder + " " + problem +
                      ", so others could put programs there; set WALI_CACHE_DIR to a folder of your own");
}

int cached_executable(const ModuleFile& input, const std::string& folder, std::uintmax_t limit, cache::Tier tier) {
    if (folder.empty()) throw Refusal("no place for the cache; set WALI_CACHE_DIR");
    Module module{input.name, read_module_file(input), limit, {}, {}};
    if (const std::error_code error = make_folder(folder))
        throw Refusal("cannot make the cache " + folder + ": " + error.message() +
                      "; set WALI_CACHE_DIR to a folder that can be written");
    check_cache(folder);
    module.full = cache::path_of(folder, module.bytes.data(), module.bytes.size());
    module.quick = cache::quick(module.full);
    switch (tier) {
        case cache::Tier::Quick: return only(module, Tier::Quick);
        case cache::Tier::Full: return only(module, Tier::Full);
        case cache::Tier::Auto: return module.bytes.size() <= small_module ? only(module, Tier::Full) : best(module);
        case cache::Tier::Unknown: break;
    }
    throw Refusal("WALI_TIER must be quick, full or auto");
}

int uncached_executable(const ModuleFile& input) {
    const std::vector<std::uint8_t> bytes = read_module_file(input);
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/program";
    const Tier tier = cache::tier() == cache::Tier::Full || bytes.size() <= small_module ? Tier::Full : Tier::Quick;
    build({input.name, bytes, path, tier, cache::is_observed(), true, "walirun"}, cores());
    const int fd = cache::open_trusted(path);
    if (fd < 0) throw Refusal(with_errno("cannot open " + path, errno));
    return fd;
}

}  // namespace wali::aot
