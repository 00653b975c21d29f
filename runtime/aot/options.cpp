// SPDX-License-Identifier: BSL-1.0
#include "options.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "../policy/options.h"
#include "refusal.h"
#include "runtime_version.h"

namespace wali::aot {
namespace {

constexpr char walirun_help[] =
    "walirun [OPTION...] FILE.wasm [ARGUMENT...]\n"
    "Runs a WALI module on Linux. The first run compiles it with the system's C compiler; the result is kept in\n"
    "$WALI_CACHE_DIR/aot (default ~/.cache/wali/aot), so later runs start at once.\n"
    "\n"
    "--cache-size SIZE  how much is kept, like 500M (default 2G); what was used last the longest time ago goes first\n"
    "--no-cache         keeps nothing; every start compiles\n"
    "walirun --cache-clean  removes what is kept, but for what is being compiled now\n"
    "\n"
    "In front of these:\n"
    "--trace            writes a line for each system call to standard error: thread, name, arguments, result, time\n"
    "--trace=NAME,...   only for calls of these names or families (fs, net, process, ...: docs/reference)\n"
    "--trace-file FILE  writes them to a file\n"
    "--stats            at the end, a table: how often each call was made and failed, and how long it took\n"
    "--stats-file FILE  writes it to a file\n"
    "--json             the table as JSON\n"
    "Threads and children are seen, too. The module is compiled once more for it, so that others pay nothing.\n"
    "\n"
    "WALI_TIER=auto   (default) compiles quickly at first, and in the background to code that is several times "
    "faster,\n"
    "                 which the next runs take as soon as it is there\n"
    "WALI_TIER=full   waits for the fast code\n"
    "WALI_TIER=quick  runs the code that was compiled quickly, and makes no other\n"
    "\n"
    "Exit code: the module's own; 2 if it cannot be run. A trap ends it by a signal, as the mistake would natively.\n"
    "Either way one line on stderr says why.\n"
    "Environment: WALI_CACHE_DIR, WALI_CACHE_SIZE, WALI_CC (C compiler, default cc), WALI_TIER (see above), TMPDIR.\n";

constexpr char aot_help[] =
    "wali-aot FILE.wasm -o OUTPUT\n"
    "Compiles a WALI module to a sandboxed, static executable for this machine.\n"
    "\n"
    "wali-aot --run FILE.wasm [ARGUMENT...]\n"
    "Compiles it into the cache and runs it; see walirun --help.\n"
    "\n"
    "Exit code: 0; 2 if the module cannot be compiled (one line on stderr says why).\n"
    "Environment: WALI_CC (C compiler, default cc), TMPDIR.\n";

/// "500M", "2G" or "4096" in bytes.
std::optional<std::uintmax_t> parse_size(const std::string& text) {
    static constexpr std::string_view units = "KMGT";
    std::uintmax_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string unit(end, text.data() + text.size());
    const std::size_t found = unit.size() == 1 ? units.find(unit[0]) : unit.empty() ? 0 : std::string_view::npos;
    if (error != std::errc() || found == std::string_view::npos) return {};
    const unsigned shift = unit.empty() ? 0 : 10 * (static_cast<unsigned>(found) + 1);
    return number > UINTMAX_MAX >> shift ? std::nullopt : std::optional(number << shift);
}

std::nullopt_t usage_error(const char* program, const std::string& message) {
    std::fprintf(stderr, "%s: %s; see %s --help\n", program, printable(message).c_str(), program);
    return std::nullopt;
}

/// Those that walirun itself reads, before it comes to the others.
bool observes(const std::string& option) {
    for (const char* const name : {"--trace", "--trace-file", "--stats", "--stats-file", "--json"})
        if (option == name) return true;
    return option.rfind("--trace=", 0) == 0;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) try {
    Options options;
    const char* size = std::getenv("WALI_CACHE_SIZE");
    options.run = argc > 1 && std::strcmp(argv[1], "--run") == 0;
    if (options.run) options.program = "walirun";
    exit_code = exit_refused;
    const bool executed = options.run && argc > 5 && std::strcmp(argv[2], "--module") == 0;
    if (executed) {
        options.input = {argv[5], std::atoi(argv[3])};
        options.cache = argv[4];
        options.arguments = argv + 5;
        options.no_cache = access(argv[4], F_OK) != 0;  // as the program that executes this one
    }
    for (int i = options.run ? 2 : 1; i < argc && !executed; ++i) {
        const std::string argument = argv[i];
        if (argument == "--help" || argument == "-h") {
            std::fputs(options.run ? walirun_help : aot_help, stdout);
            if (options.run) std::printf("\n%s", policy::help);
            exit_code = 0;
            return {};
        }
        if (argument == "--version") {
            std::printf("%s %s (wabt %s)\n", options.program, WALI_RUNTIME_VERSION, WALI_WABT_VERSION);
            exit_code = 0;
            return {};
        }
        if (options.run && policy::read_option(options.policy, argc, argv, i)) continue;
        if (argument == "--cache-clean" && options.run) {
            options.clean_cache = true;
        } else if (argument == "--explain" && options.run) {
            options.explain = true;
        } else if (argument == "--no-cache" && options.run) {
            options.no_cache = true;
        } else if (argument == "--cache-size" && options.run) {
            if (i + 1 == argc) return usage_error(options.program, "--cache-size needs a size, like 500M");
            size = argv[++i];
        } else if (argument == "-o" && !options.run) {
            if (i + 1 == argc) return usage_error(options.program, "-o needs the name of the output");
            options.output = argv[++i];
        } else if (options.run && observes(argument)) {
            return usage_error(options.program, argument + " must stand in front of the other options");
        } else if (argument.size() > 1 && argument[0] == '-') {
            return usage_error(options.program, "unknown option " + argument);
        } else if (options.input.name) {
            return usage_error(options.program, "more than one module: " + argument);
        } else {
            options.input.name = argv[i];
            options.arguments = argv + i;
            if (options.run) break;
        }
    }
    if (size && *size && options.run) {
        const auto bytes = parse_size(size);
        if (!bytes)
            return usage_error(options.program,
                               "the size of the cache must be like 500M or 2G, not " + std::string(size));
        options.cache_size = *bytes;
    }
    policy::check_complete(options.policy);
    if (options.clean_cache && options.input.name) return usage_error(options.program, "--cache-clean runs no module");
    if (options.clean_cache) return options;
    if (!options.input.name) return usage_error(options.program, "no module given");
    if (!options.run && !options.output) return usage_error(options.program, "no output given (-o OUTPUT)");
    return options;
} catch (const policy::PolicyError& error) {
    return usage_error("walirun", error.what());
}

}  // namespace wali::aot
