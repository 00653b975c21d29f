// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/mem/memory_map.hpp>
#include <wali/thread/futex_semaphore.hpp>

#include "support/child.hpp"

using namespace std::chrono_literals;
using wali::Deadline;
using wali::FutexSemaphore;

TEST_CASE("a futex semaphore hands out what there is, and no more") {
    FutexSemaphore semaphore(2);
    CHECK(semaphore.try_acquire());
    semaphore.acquire();
    CHECK_FALSE(semaphore.try_acquire());
    CHECK_FALSE(semaphore.try_acquire_until(Deadline::after(1ms)));
    semaphore.release();
    CHECK(semaphore.count() == 1);
    CHECK(semaphore.try_acquire_until(Deadline::after(0ms)));
    CHECK(semaphore.count() == 0);
}

TEST_CASE("threads of several processes pass a futex semaphore on") {
    struct Shared {
        FutexSemaphore places;
        FutexSemaphore filled;
        std::atomic<int> inside = 0;
        std::atomic<int> most = 0;
    };
    auto map = wali::MutableMemoryMap::anonymous(sizeof(Shared), {.map = {.shared = true}}).value();
    Shared* const shared = std::construct_at(map.object<Shared>().value());
    constexpr int places = 3;
    constexpr int rounds = 500;
    constexpr int threads = 3;
    for (int i = 0; i < places; ++i) shared->places.release();
    const auto work = [&] {
        const auto rounds_of_one = [&] {
            for (int i = 0; i < rounds; ++i) {
                shared->places.acquire();
                const int now = ++shared->inside;
                int most = shared->most;
                while (now > most && !shared->most.compare_exchange_weak(most, now)) continue;
                --shared->inside;
                shared->places.release();
                shared->filled.release();
            }
        };
        std::vector<std::thread> all;
        for (int i = 0; i < threads; ++i) all.emplace_back(rounds_of_one);
        for (std::thread& thread : all) thread.join();
        return 0;
    };
    const std::array children{test::start_child(work), test::start_child(work)};
    // Each one that was filled is taken here, so no wake is lost.
    for (int i = 0; i < 2 * threads * rounds; ++i) shared->filled.acquire();
    for (const wali::Pid child : children) CHECK(test::end_of(child) == 0);
    CHECK(shared->most <= places);
    CHECK(shared->places.count() == places);
    CHECK(shared->filled.count() == 0);
}
