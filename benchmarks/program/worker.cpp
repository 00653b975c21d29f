// SPDX-License-Identifier: BSL-1.0
//
// program BENCH COUNT: does something COUNT times and prints how many nanoseconds that took and a number that all
// targets must agree on. `program memory` prints what the kernel says of its largest resident size; without arguments
// it only starts and ends.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "benches.hpp"

// Of this program alone: what wait4(2) tells counts the process that it was before execve.
static int print_memory() {
    std::FILE* const status = std::fopen("/proc/self/status", "r");
    char line[256];
    while (status != nullptr && std::fgets(line, sizeof line, status) != nullptr)
        if (std::string_view(line).starts_with("VmHWM:")) return std::fputs(line, stdout) < 0;
    return 1;
}

int main(int argc, char** argv) {
    if (argc == 1) return 0;
    if (argc == 2 && std::string_view(argv[1]) == "memory") return print_memory();
    const std::string_view count_text = argc == 3 ? argv[2] : "";
    std::uint64_t count = 0;
    if (std::from_chars(count_text.begin(), count_text.end(), count).ec == std::errc())
        for (const auto benches : {program::computing_benches(), program::process_benches()})
            for (const program::Bench& bench : benches) {
                if (std::string_view(bench.name) != argv[1]) continue;
                const auto start = std::chrono::steady_clock::now();
                const std::uint64_t result = bench.run(count);
                const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
                std::printf("%lld %llu\n", static_cast<long long>(elapsed.count()),
                            static_cast<unsigned long long>(result));
                return 0;
            }
    std::fputs("usage: program [BENCH COUNT]\n", stderr);
    return 2;
}
