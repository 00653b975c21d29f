// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The benchmarks of the worker: loops over one system call each, in several variants.
namespace crossing {
/// What the calls work on: opened once, before anything is measured.
struct Targets {
    int zero;          ///< /dev/zero, for reading
    int null;          ///< /dev/null, for writing
    int file;          ///< a regular file of at least page.size() bytes, in the page cache
    const char* path;  ///< the name of that file
    std::span<std::byte> page;
};

/// Makes the call `iterations` times. Negative if any of them failed.
using Loop = long (*)(const Targets& targets, std::uint64_t iterations);

struct Bench {
    std::string_view name;
    std::string_view variant;
    Loop loop;
};

std::span<const Bench> raw_benches();        ///< wali::sys, the raw layer; also the empty loop
std::span<const Bench> framework_benches();  ///< the framework's types, as a program uses them
std::span<const Bench> libc_benches();       ///< the C library's functions

/// 1. Volatile, so that every turn of every loop costs one load and no optimiser can drop or merge turns, on either
/// target: the C that a wasm module becomes keeps every load, too.
extern const volatile std::uint64_t step;

/// The one loop that all benchmarks share. `body` returns a negative number for a failed call.
template <class Body>
[[gnu::always_inline]] inline long repeat(std::uint64_t iterations, Body body) {
    long failed = 0;
    for (std::uint64_t i = 0; i < iterations; i += step) failed |= body();
    return failed;
}

}  // namespace crossing
