// SPDX-License-Identifier: BSL-1.0
#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "calls.h"

namespace wali::observe {

namespace {

/// The value of an option, "--option=VALUE" or "--option VALUE"; NULL if this is another option.
const char* value_of(const char* option, int argc, char** argv, int& at) {
    const std::size_t length = std::strlen(option);
    if (std::strncmp(argv[at], option, length) != 0) return nullptr;
    if (argv[at][length] == '=') return argv[at] + length + 1;
    if (argv[at][length] != '\0') return nullptr;
    if (at + 1 == argc) refuse(std::string(option) + " needs the name of a file");
    return argv[++at];
}

void select(const std::string& name, std::vector<bool>& traced) {
    bool any = false;
    for (std::size_t call = 0; call < OBSERVED_CALLS; ++call)
        if (name == calls[call].name || name == calls[call].family) any = traced[call] = true;
    if (!any) refuse("--trace: there is no call and no family of the name " + name);
}

std::vector<bool> selection(std::string names) {
    std::vector<bool> traced(OBSERVED_CALLS);
    names += ',';
    for (std::size_t begin = 0, end; (end = names.find(',', begin)) != std::string::npos; begin = end + 1)
        select(names.substr(begin, end - begin), traced);
    return traced;
}

bool read_option(int argc, char** argv, int& at, Options& options) {
    const std::string argument = argv[at];
    if (const char* file = value_of("--trace-file", argc, argv, at)) {
        options.trace_file = file;
        options.traces = true;
    } else if (const char* other = value_of("--stats-file", argc, argv, at)) {
        options.stats_file = other;
        options.counts = true;
    } else if (argument == "--trace") {
        options.traces = true;
    } else if (argument.rfind("--trace=", 0) == 0) {
        options.traced = selection(argument.substr(std::strlen("--trace=")));
        options.traces = true;
    } else if (argument == "--stats") {
        options.counts = true;
    } else if (argument == "--json") {
        options.json = true;
    } else {
        return false;
    }
    ++at;
    return true;
}

/// For messages: no byte of a name that a terminal would obey.
std::string printable(std::string text) {
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

}  // namespace

void refuse(const std::string& problem) {
    std::fprintf(stderr, "walirun: %s; see walirun --help\n", printable(problem).c_str());
    std::exit(2);
}

std::optional<Options> read_options(int argc, char** argv, int& at) {
    const int first = at;
    Options options;
    while (at < argc && read_option(argc, argv, at, options)) continue;
    if (at == first) return std::nullopt;
    if (options.json && !options.counts) refuse("--json needs --stats");
    if (options.traced.empty()) options.traced.assign(OBSERVED_CALLS, true);
    return options;
}

}  // namespace wali::observe
