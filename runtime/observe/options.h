// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wali::observe {

/// What --trace, --stats and their like ask for.
struct Options {
    bool traces = false;
    bool counts = false;
    bool json = false;
    std::vector<bool> traced;  // by call
    std::string trace_file;    // empty: standard error
    std::string stats_file;
};

/// Those of ours that the command line begins with; `at` is the first argument, and then the one behind them. Nothing
/// if there are none. Prints what is wrong and ends with exit code 2.
std::optional<Options> read_options(int argc, char** argv, int& at);

/// One line, then exit code 2.
[[noreturn]] void refuse(const std::string& problem);

}  // namespace wali::observe
