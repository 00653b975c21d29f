// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>

namespace program {
/// Something that a program does. `run` does it `count` times and returns a number that depends on all results: the
/// same on every target.
struct Bench {
    const char* name;
    std::uint64_t (*run)(std::uint64_t count);
};

std::span<const Bench> computing_benches();
std::span<const Bench> process_benches();

}  // namespace program
