// SPDX-License-Identifier: BSL-1.0
#include "run.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

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

}  // namespace

void run(const Options& options, Interrupts& interrupts) {
    const int module = options.input.descriptor;
    if (module >= 0)
        fcntl(module, F_SETFD, FD_CLOEXEC);
    else
        name_file(options.input.name);
    const int executable = options.no_cache ? uncached_executable(options.input)
                                            : cached_executable(options.input, options.cache, options.cache_size);
    interrupts.release();
    fexecve(executable, options.arguments, environ);
    throw Refusal(with_errno("cannot execute what was compiled", errno) + "; is the file system of " +
                  (options.no_cache ? TemporaryFolder::parent() : options.cache) + " mounted noexec?");
}

}  // namespace wali::aot
