// SPDX-License-Identifier: BSL-1.0
//
// wali-aot IN.wasm -o OUT        compiles a module to an executable
// wali-aot --run IN.wasm ARGS    compiles it into the cache and runs it (this is how walirun calls it)
// wali-aot --run --module DESCRIPTOR CACHE NAME ARGS    the same with an open file and the folder of the cache
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "build.h"
#include "cached.h"
#include "interrupt.h"
#include "options.h"
#include "parallel.h"
#include "refusal.h"

namespace {

using namespace wali::aot;

int run(const Options& options, Interrupts& interrupts) {
    if (options.input.descriptor >= 0) fcntl(options.input.descriptor, F_SETFD, FD_CLOEXEC);
    // A quick translation may be replaced by the full one just now.
    for (bool again = true;; again = false) {
        const std::string path = cached_executable(options.input, options.cache);
        interrupts.release();
        execv(path.c_str(), options.arguments);
        if (errno != ENOENT || !again)
            throw Refusal(with_errno("cannot execute " + path, errno) + "; is its file system mounted noexec?");
    }
}

int execute(const Options& options) {
    Interrupts interrupts;
    try {
        if (options.run) return run(options, interrupts);
        build({options.input.name, read_module_file(options.input), options.output, Tier::Full, false, options.program},
              cores());
        return 0;
    } catch (const Interrupted& interrupted) {
        interrupts.release();
        signal(interrupted.signal, SIG_DFL);
        raise(interrupted.signal);
        return 128 + interrupted.signal;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s: %s\n", options.program, printable(options.input.name).c_str(),
                     printable(error.what()).c_str());
        return exit_refused;
    }
}

}  // namespace

int main(int argc, char** argv) {
    int exit_code = 0;
    const auto options = parse_options(argc, argv, exit_code);
    return options ? execute(*options) : exit_code;
}
