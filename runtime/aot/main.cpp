// SPDX-License-Identifier: BSL-1.0
//
// wali-aot IN.wasm -o OUT        compiles a module to an executable
// wali-aot --run [OPTIONS] IN.wasm ARGS    compiles it into the cache and runs it (this is how walirun calls it)
// wali-aot --run --module DESCRIPTOR CACHE NAME ARGS    the same with an open file and the folder of the cache
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>

#include "build.h"
#include "cache_clean.h"
#include "cached.h"
#include "explain.h"
#include "interrupt.h"
#include "options.h"
#include "parallel.h"
#include "refusal.h"
#include "run.h"
#include "workspace.h"

namespace {

using namespace wali::aot;

int clean(const std::string& folder) {
    check_cache(folder);
    const Cleaned cleaned = clean_cache(folder, 0);
    clean_temporary_folders(folder);
    std::printf("removed %zu programs, %ju MB, from %s\n", cleaned.programs, cleaned.bytes >> 20,
                printable(folder).c_str());
    return 0;
}

/// The output is renamed into its place.
void check_output(const Options& options) {
    struct stat input;
    struct stat output;
    if (stat(options.input.name, &input) == 0 && stat(options.output, &output) == 0 && input.st_dev == output.st_dev &&
        input.st_ino == output.st_ino)
        throw Refusal("the output would replace it; name another file behind -o");
}

int execute(const Options& options) {
    Interrupts interrupts;
    try {
        if (options.clean_cache) return clean(options.cache);
        if (options.explain) {
            explain(options.input);
            return 0;
        }
        // What is compiled is executed outside of policies, under which a module may write to $TMPDIR, not to the
        // cache.
        if (make_cache(options.cache)) TemporaryFolder::prefer(options.cache);
        if (options.run) run(options, interrupts);
        check_output(options);
        build({options.input.name, read_module_file(options.input), options.output, Tier::Full, false, false,
               options.program},
              cores());
        return 0;
    } catch (const Interrupted& interrupted) {
        interrupts.release();
        signal(interrupted.signal, SIG_DFL);
        raise(interrupted.signal);
        return 128 + interrupted.signal;
    } catch (const std::exception& error) {
        const std::string module = options.input.name ? printable(options.input.name) + ": " : "";
        std::fprintf(stderr, "%s: %s%s\n", options.program, module.c_str(), printable(error.what()).c_str());
        return exit_refused;
    }
}

}  // namespace

int main(int argc, char** argv) {
    int exit_code = 0;
    const auto options = parse_options(argc, argv, exit_code);
    return options ? execute(*options) : exit_code;
}
