// SPDX-License-Identifier: BSL-1.0
#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "refusal.h"
#include "runtime_version.h"

namespace wali::aot {
namespace {

constexpr char walirun_help[] =
    "walirun FILE.wasm [ARGUMENT...]\n"
    "Runs a WALI module on Linux. The first run compiles it with the system's C compiler; the result is kept in\n"
    "$WALI_CACHE_DIR/aot (default ~/.cache/wali/aot), so later runs start at once.\n"
    "\n"
    "WALI_TIER=auto   (default) compiles quickly at first, and in the background to code that is several times "
    "faster,\n"
    "                 which the next runs take as soon as it is there\n"
    "WALI_TIER=full   waits for the fast code\n"
    "WALI_TIER=quick  runs the code that was compiled quickly, and makes no other\n"
    "\n"
    "Exit code: the module's own; 2 if it cannot be run. A trap ends it by a signal, as the mistake would natively.\n"
    "Either way one line on stderr says why.\n"
    "Environment: WALI_CACHE_DIR, WALI_CC (C compiler, default cc), WALI_TIER (see above), TMPDIR.\n";

constexpr char aot_help[] =
    "wali-aot FILE.wasm -o OUTPUT\n"
    "Compiles a WALI module to a sandboxed, static executable for this machine.\n"
    "\n"
    "wali-aot --run FILE.wasm [ARGUMENT...]\n"
    "Compiles it into the cache and runs it; see walirun --help.\n"
    "\n"
    "Exit code: 0; 2 if the module cannot be compiled (one line on stderr says why).\n"
    "Environment: WALI_CC (C compiler, default cc), TMPDIR.\n";

std::nullopt_t usage_error(const Options& options, const std::string& message) {
    std::fprintf(stderr, "%s: %s; see %s --help\n", options.program, printable(message).c_str(), options.program);
    return std::nullopt;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
    Options options;
    options.run = argc > 1 && std::strcmp(argv[1], "--run") == 0;
    if (options.run) options.program = "walirun";
    exit_code = exit_refused;
    if (options.run && argc > 5 && std::strcmp(argv[2], "--module") == 0) {
        options.input = {argv[5], std::atoi(argv[3])};
        options.cache = argv[4];
        options.arguments = argv + 5;
        return options;
    }
    for (int i = options.run ? 2 : 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--help" || argument == "-h") {
            std::fputs(options.run ? walirun_help : aot_help, stdout);
            exit_code = 0;
            return {};
        }
        if (argument == "--version") {
            std::printf("%s %s (wabt %s)\n", options.program, WALI_RUNTIME_VERSION, WALI_WABT_VERSION);
            exit_code = 0;
            return {};
        }
        if (argument == "-o" && !options.run) {
            if (i + 1 == argc) return usage_error(options, "-o needs the name of the output");
            options.output = argv[++i];
        } else if (argument.size() > 1 && argument[0] == '-') {
            return usage_error(options, "unknown option " + argument);
        } else if (options.input.name) {
            return usage_error(options, "more than one module: " + argument);
        } else {
            options.input.name = argv[i];
            options.arguments = argv + i;
            if (options.run) break;
        }
    }
    if (!options.input.name) return usage_error(options, "no module given");
    if (!options.run && !options.output) return usage_error(options, "no output given (-o OUTPUT)");
    return options;
}

}  // namespace wali::aot
