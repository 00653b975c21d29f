// SPDX-License-Identifier: BSL-1.0
// Computing without the kernel: what translated code costs. Compiled with -O2 for both targets.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "benches.hpp"

namespace program {
namespace {

/// A linear congruential generator: the same numbers everywhere.
struct Random {
    std::uint32_t state = 12345;
    std::uint32_t next() { return state = state * 1664525U + 1013904223U; }
};

/// Floating point in nested loops.
std::uint64_t matrix(std::uint64_t count) {
    constexpr std::size_t size = 128;
    std::vector<double> a(size * size), b(size * size), c(size * size);
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = static_cast<double>(i % 7);
        b[i] = static_cast<double>(i % 5);
    }
    for (std::uint64_t turn = 0; turn < count; ++turn)
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j < size; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < size; ++k) sum += a[i * size + k] * b[k * size + j];
                c[i * size + j] += sum;
            }
    double total = 0;
    for (const double value : c) total += value;
    return static_cast<std::uint64_t>(total);
}

/// Comparisons and moves.
std::uint64_t sort(std::uint64_t count) {
    Random random;
    std::uint64_t result = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) {
        std::vector<std::uint32_t> values(50000);
        for (auto& value : values) value = random.next();
        std::sort(values.begin(), values.end());
        result += values[values.size() / 2];
    }
    return result;
}

/// Integer arithmetic on bytes: CRC-32 by table.
std::uint64_t checksum(std::uint64_t count) {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xedb88320U : value >> 1;
        table[i] = value;
    }
    std::vector<std::uint8_t> bytes(1 << 18);
    Random random;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 24);
    std::uint32_t crc = ~0U;
    for (std::uint64_t turn = 0; turn < count; ++turn)
        for (const std::uint8_t byte : bytes) crc = table[(crc ^ byte) & 0xff] ^ crc >> 8;
    return crc;
}

/// Allocation, hashing and pointers.
std::uint64_t map(std::uint64_t count) {
    Random random;
    std::uint64_t result = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) {
        std::unordered_map<std::string, std::uint32_t> words;
        for (int i = 0; i < 10000; ++i) words["word " + std::to_string(random.next() % 3000)] += 1;
        for (const auto& [word, times] : words) result += word.size() * times;
    }
    return result;
}

/// Small blocks that live for a moment, as those of a server's requests.
std::uint64_t blocks(std::uint64_t count) {
    std::array<void* volatile, 8> block{};  // volatile: the compiler would drop the calls
    std::uint64_t result = 0;
    for (std::uint64_t turn = 0; turn < count * 1000; ++turn) {
        for (std::size_t i = 0; i < block.size(); ++i) block[i] = std::malloc(16 + i * 12);
        for (void* const one : block) result += one != nullptr;
        for (void* const one : block) std::free(one);
    }
    return result;
}

/// Calls: the recursion that everybody knows.
std::uint64_t fibonacci(std::uint64_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

std::uint64_t recursion(std::uint64_t count) {
    std::uint64_t result = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) result += fibonacci(24 + turn % 2);
    return result;
}

/// Indirect calls and branches: a small bytecode interpreter.
std::uint64_t interpreter(std::uint64_t count) {
    using Operation = void (*)(std::uint64_t&, std::uint64_t&);
    static constexpr std::array<Operation, 4> operations{
        [](std::uint64_t& a, std::uint64_t& b) { a += b; },
        [](std::uint64_t& a, std::uint64_t& b) { b ^= a >> 3; },
        [](std::uint64_t& a, std::uint64_t& b) { a = b > a ? b - a : a * 3; },
        [](std::uint64_t& a, std::uint64_t& b) { b += a & 0xffff; },
    };
    std::vector<std::uint8_t> code(1 << 16);
    Random random;
    for (auto& byte : code) byte = static_cast<std::uint8_t>(random.next() >> 30);
    std::uint64_t a = 1;
    std::uint64_t b = 2;
    for (std::uint64_t turn = 0; turn < count; ++turn)
        for (const std::uint8_t byte : code) operations[byte](a, b);
    return a ^ b;
}

}  // namespace

std::span<const Bench> computing_benches() {
    static constexpr Bench benches[] = {
        {"matrix", matrix}, {"sort", sort},           {"checksum", checksum},      {"map", map},
        {"blocks", blocks}, {"recursion", recursion}, {"interpreter", interpreter}};
    return benches;
}

}  // namespace program
