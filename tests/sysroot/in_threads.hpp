// SPDX-License-Identifier: BSL-1.0
// For the C++ programs with threads: a check that goes on after a failure, from any thread, and several threads at
// once.
#pragma once

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

inline std::atomic<int> failures = 0;

#define CHECK(condition) \
    ((condition) ? void() : (std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), ++failures, void()))

/// Calls function(0) to function(count - 1), each in a thread of its own, and waits for all.
template <class Function>
void in_threads(int count, Function function) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([=] { function(i); });
    for (auto& thread : threads) thread.join();
}
