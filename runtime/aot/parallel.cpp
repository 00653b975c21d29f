// SPDX-License-Identifier: BSL-1.0
#include "parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace wali::aot {

std::size_t cores() {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::future<void>> threads;
    for (std::size_t thread = 0; thread < std::min(cores(), count); ++thread)
        threads.push_back(std::async(std::launch::async, [&] {
            for (std::size_t i; (i = next++) < count;) work(i);
        }));
    for (const std::future<void>& thread : threads) thread.wait();
    for (std::future<void>& thread : threads) thread.get();
}

}  // namespace wali::aot
