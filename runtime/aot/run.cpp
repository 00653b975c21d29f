// SPDX-License-Identifier: BSL-1.0
#include "run.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "../policy/enforce.h"
#include "../run/allowed_modules.h"
#include "../run/module_name.h"
#include "cached.h"
#include "refusal.h"
#include "workspace.h"

namespace wali::aot {
namespace {

/// With options in front, walirun has not looked at the module.
void name_file(const char* path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;  // what reads it says why
    name_module(fd);
    close(fd);
}

int cached(const Options& options, const ModuleFile& module, cache::Tier tier) {
    return cached_executable(module, options.cache, options.cache_size, tier);
}

[[noreturn]] void run_under_policy(const Options& options, int executable, Interrupts& interrupts) {
    const auto helpers = allowed_modules(options.policy, [&](const std::string& module) {
        return cached(options, {module.c_str()}, cache::Tier::Full);
    });
    if (options.no_cache && !helpers.empty())
        throw Refusal("without a cache no module can be executed by it; leave --no-cache out");
    interrupts.release();
    policy::execute(options.policy, {executable, helpers, {options.cache, cache::runtime_folder()}}, options.input.name,
                    options.arguments);
}

}  // namespace

void run(const Options& options, Interrupts& interrupts) {
    const int module = options.input.descriptor;
    if (module >= 0)
        fcntl(module, F_SETFD, FD_CLOEXEC);
    else
        name_file(options.input.name);
    const int executable =
        options.no_cache ? uncached_executable(options.input) : cached(options, options.input, cache::tier());
    if (options.policy.given) run_under_policy(options, executable, interrupts);
    interrupts.release();
    fexecve(executable, options.arguments, environ);
    throw Refusal(with_errno("cannot execute what was compiled", errno) + "; is the file system of " +
                  (options.no_cache ? TemporaryFolder::parent() : options.cache) + " mounted noexec?");
}

}  // namespace wali::aot
