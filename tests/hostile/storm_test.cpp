// SPDX-License-Identifier: BSL-1.0
// Threads, rings, signals, faults, memory, tables and children at once: nothing ends but what asked for it.
#include <doctest/doctest.h>

#include <cstdlib>

#include "probe.h"

using namespace wali::test;

namespace {

std::string from_environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value ? value : otherwise;
}

/// What a dynamic program needs, too: with sanitizers it is one.
const std::string policy =
    "signal:children,fs:ro:/dev/zero,fs:rw:/dev/null,fs:ro:/usr/lib,exec:"
    "/lib64/ld-linux-x86-64.so.2,exec:" WALI_NATIVE_PROGRAM;

}  // namespace

TEST_CASE("whatever threads do at once, a program and its children end as they want to") {
    const std::string seed = from_environment("WALI_STORM_SEED", "1");
    const std::string children = from_environment("WALI_STORM_CHILDREN", "30");
    for_users([&](const Options& user) {
        for (const PolicyOptions& options : {PolicyOptions{}, allow(policy)}) {
            std::vector<std::string> command = options;
            command.insert(command.end(), {program("storm"), seed, children, WALI_NATIVE_PROGRAM});
            const Result result = shared_runtime().walirun(command, user);
            CAPTURE(user.user);
            CAPTURE(options.size());
            CAPTURE(result.err);
            CHECK(result.err.empty());
            CHECK(result.exit_code == 0);
        }
    });
}
