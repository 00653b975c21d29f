// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/core/clock.hpp>
#include <wali/thread/parking_lot.hpp>

using namespace std::chrono_literals;
using wali::MonotonicClock;
using wali::Parked;
using wali::thread::park;
using wali::thread::unpark_all;
using wali::thread::unpark_one;

namespace {

// A lock of one byte: what a parking lot is for.
class ByteLock {
  public:
    void lock() noexcept {
        for (;;) {
            wali::u8 seen = 0;
            if (state_.compare_exchange_strong(seen, 1)) return;
            if (seen == 1 && !state_.compare_exchange_strong(seen, 2)) continue;
            park(&state_, [&] { return state_ == 2; }, [] {});
        }
    }
    void unlock() noexcept {
        if (state_.exchange(0) == 2) unpark_all(&state_);
    }

  private:
    std::atomic<wali::u8> state_ = 0;
};

}  // namespace

TEST_CASE("park sleeps only where validate agrees, and until its deadline") {
    int place = 0;
    bool prepared = false;
    CHECK(park(&place, [] { return false; }, [&] { prepared = true; }) == Parked::NOT_VALID);
    CHECK_FALSE(prepared);
    const auto deadline = MonotonicClock::now() + 2ms;
    CHECK(park(&place, [] { return true; }, [&] { prepared = true; }, deadline) == Parked::TIMED_OUT);
    CHECK(prepared);
    CHECK(MonotonicClock::now() >= deadline);
    CHECK_FALSE(unpark_one(&place));
    CHECK(unpark_all(&place) == 0);
}

TEST_CASE("threads are unparked in the order in which they came, each at its address") {
    std::array<int, 2> places{};
    std::vector<int> order;
    std::atomic<int> parked = 0;
    std::atomic<int> back = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            CHECK(park(&places[0], [] { return true; }, [&] { ++parked; }) == Parked::UNPARKED);
            order.push_back(i);
            ++back;
        });
        while (parked != i + 1) std::this_thread::yield();
    }
    CHECK_FALSE(unpark_one(&places[1]));
    CHECK(unpark_one(&places[0]));
    while (back != 1) std::this_thread::yield();
    CHECK(unpark_one(&places[0]));
    while (back != 2) std::this_thread::yield();
    CHECK(order == std::vector{0, 1});
    threads.emplace_back([&] { CHECK(park(&places[1], [] { return true; }, [&] { ++parked; }) == Parked::UNPARKED); });
    while (parked != 5) std::this_thread::yield();
    CHECK(unpark_one(&places[1]));
    threads.back().join();
    CHECK(unpark_one(&places[0]));
    while (back != 3) std::this_thread::yield();
    CHECK(unpark_all(&places[0]) == 1);
}

TEST_CASE("a lock of one byte keeps threads apart") {
    constexpr int threads = 4;
    constexpr int rounds = 5000;
    std::array<ByteLock, 3> locks;
    std::array<int, 3> counts{};
    {
        std::array<std::jthread, threads> workers;
        for (std::jthread& worker : workers)
            worker = std::jthread([&] {
                for (unsigned i = 0; i < rounds; ++i) {
                    locks[i % 3].lock();
                    ++counts[i % 3];
                    locks[i % 3].unlock();
                }
            });
    }
    CHECK(counts[0] + counts[1] + counts[2] == threads * rounds);
}

TEST_CASE("an unpark and a deadline that meet are one or the other") {
    int place = 0;
    std::atomic<int> unparked = 0;
    int ended = 0;
    std::jthread other([&](const std::stop_token& stop) {
        while (!stop.stop_requested())
            if (unpark_one(&place)) ++unparked;
    });
    for (int i = 0; i < 3000; ++i)
        if (park(
                &place, [] { return true; }, [] {}, MonotonicClock::now() + wali::Duration(i * 20)) == Parked::UNPARKED)
            ++ended;
    other.request_stop();
    other.join();
    CHECK(unparked == ended);
}
