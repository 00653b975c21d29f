// SPDX-License-Identifier: BSL-1.0
#include "cached.h"

#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "../run/cache.h"
#include "background.h"
#include "build.h"
#include "cache_lock.h"
#include "parallel.h"
#include "refusal.h"

namespace wali::aot {
namespace {

constexpr std::size_t small_module = std::size_t{16}
                                     << 10;  // bytes; the full translation takes less than half a second

struct Module {
    std::string name;
    std::vector<std::uint8_t> bytes;
    std::string full;
    std::string quick;
};

void make(const Module& module, Tier tier) {
    build({module.name, module.bytes, tier == Tier::Full ? module.full : module.quick, tier, true, "walirun"}, cores());
}

/// Where the full translation reaches a limit, the quick one takes its place.
void make_full(const Module& module) {
    try {
        build({module.name, module.bytes, module.full, Tier::Full, true}, std::max<std::size_t>(cores() / 2, 1));
        unlink(module.quick.c_str());
    } catch (const LimitReached&) {
        rename(module.quick.c_str(), module.full.c_str());
    }
}

/// One process at a time makes one; the others wait for its result.
std::string only(const Module& module, Tier tier) {
    const std::string& path = tier == Tier::Full ? module.full : module.quick;
    const auto there = [&] { return cache::usable(path); };
    if (const auto lock = CacheLock::wait(module.full, there); lock && !there()) make(module, tier);
    return path;
}

void start_full(const Module& module, CacheLock lock) {
    const auto work = [&] {
        const CacheLock held = std::move(lock);
        make_full(module);
    };
    if (run_in_background(lock.descriptor(), work)) lock.leave();
}

std::string best(const Module& module) {
    const auto there = [&] { return cache::usable(module.full) || cache::usable(module.quick); };
    auto lock = CacheLock::wait(module.full, there);
    if (lock && !there()) make(module, Tier::Quick);
    if (!lock) lock = CacheLock::attempt(module.full);
    if (cache::usable(module.full)) return module.full;  // looked for with the lock: nobody is making it
    if (lock) start_full(module, std::move(*lock));
    return module.quick;
}

}  // namespace

std::string cached_executable(const ModuleFile& input, const std::string& folder) {
    Module module{input.name, read_module_file(input), {}, {}};
    if (folder.empty()) throw Refusal("no place for the cache; set WALI_CACHE_DIR");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw Refusal("cannot make the cache " + folder + ": " + error.message() +
                      "; set WALI_CACHE_DIR to a folder that can be written");
    module.full = cache::path_of(folder, module.bytes.data(), module.bytes.size());
    module.quick = cache::quick(module.full);
    switch (cache::tier()) {
        case cache::Tier::Quick: return only(module, Tier::Quick);
        case cache::Tier::Full: return only(module, Tier::Full);
        case cache::Tier::Auto: return module.bytes.size() <= small_module ? only(module, Tier::Full) : best(module);
        case cache::Tier::Unknown: break;
    }
    throw Refusal("WALI_TIER must be quick, full or auto");
}

}  // namespace wali::aot
