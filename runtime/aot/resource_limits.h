// SPDX-License-Identifier: BSL-1.0
//
// What making an executable may take, whatever the module is: memory and processor time of each process (the
// translation, each C compiler), and the time for all of it. A message names the limit.
#pragma once

#include <sys/resource.h>

#include <chrono>

namespace wali::aot {

constexpr rlim_t memory_limit = rlim_t{2} << 30;
constexpr rlim_t processor_limit = 300;  // seconds
constexpr std::chrono::minutes build_limit{30};

/// Limits this process, and those that it starts, each for itself.
inline void limit_resources(rlim_t memory) {
    const rlimit bytes = {memory, memory};
    const rlimit time = {processor_limit, processor_limit + 5};  // SIGXCPU says which limit it was, SIGKILL nothing
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_AS, &bytes);
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &no_core);
}

}  // namespace wali::aot
