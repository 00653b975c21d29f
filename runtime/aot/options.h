// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "../policy/policy.h"
#include "../run/cache.h"
#include "module_file.h"

namespace wali::aot {

constexpr int exit_refused = 2;

/// What the command line asks for.
struct Options {
    const char* program = "wali-aot";  // as messages name it
    bool run = false;
    bool explain = false;
    ModuleFile input;
    std::string cache = cache::folder();
    std::uintmax_t cache_size = std::uintmax_t{2} << 30;  // bytes
    bool no_cache = false;
    bool clean_cache = false;  // and nothing else
    const char* output = nullptr;
    char** arguments = nullptr;  // of the module, when running
    policy::Policy policy;
};

/// If there is nothing more to do, prints what there is to say and sets the exit code.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace wali::aot
