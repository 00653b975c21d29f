// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>
#include <wali/thread/futex.hpp>
#include <wali/time/sleep.hpp>

using namespace std::chrono_literals;
using wali::Errno;
using wali::FutexScope;
using wali::FutexWaiter;
using wali::FutexWord;
using wali::MonotonicClock;
using wali::thread::futex_requeue;
using wali::thread::futex_wait;
using wali::thread::futex_wait_any;
using wali::thread::futex_wait_until;
using wali::thread::futex_wake;
using wali::thread::futex_wake_all;

namespace {

// Wakes until `count` have been woken, however long they take to sleep.
template <class Wake>
void wake_in_all(wali::u32 count, Wake wake) {
    for (wali::u32 woken = 0; woken < count; woken += wake()) std::this_thread::yield();
}

wali::u32 own_id() { return static_cast<wali::u32>(wali::process::thread_id().raw()); }

}  // namespace

TEST_CASE("a wait ends at once where the word is another, and at its deadline") {
    const FutexWord word = 5;
    CHECK(futex_wait(word, 4).error() == wali::Error(Errno::AGAIN, wali::Call::futex));
    const auto deadline = MonotonicClock::now() + 2ms;
    CHECK(futex_wait_until(word, 5, deadline).error() == Errno::TIMEDOUT);
    CHECK(MonotonicClock::now() >= deadline);
    CHECK(futex_wait_until(word, 5, MonotonicClock::time_point()).error() == Errno::TIMEDOUT);
    const auto of_day = wali::RealtimeClock::now() + 1ms;
    CHECK(futex_wait_until(word, 5, of_day).error() == Errno::TIMEDOUT);
    CHECK(wali::RealtimeClock::now() >= of_day);
    CHECK(futex_wait(word, 5, {.bitset = 0}).error() == Errno::INVAL);
    CHECK(futex_wake(word, 1).value() == 0);
    CHECK(futex_wake_all(word, {.scope = FutexScope::PRIVATE}).value() == 0);
}

TEST_CASE("a wake reaches as many as it says") {
    const FutexWord word = 1;
    std::atomic<int> back = 0;
    std::array<std::jthread, 4> sleepers;
    for (std::jthread& sleeper : sleepers)
        sleeper = std::jthread([&] {
            CHECK(futex_wait(word, 1, {.scope = FutexScope::PRIVATE}));
            ++back;
        });
    for (int i = 0; i < 100; ++i) {
        CHECK(futex_wake(word, 0, {.scope = FutexScope::PRIVATE}).value() == 0);
        std::this_thread::yield();
    }
    wake_in_all(1, [&] { return futex_wake(word, 1, {.scope = FutexScope::PRIVATE}).value(); });
    while (back != 1) std::this_thread::yield();
    wake_in_all(3, [&] { return futex_wake_all(word, {.scope = FutexScope::PRIVATE}).value(); });
    for (std::jthread& sleeper : sleepers) sleeper.join();
    CHECK(back == 4);
}

TEST_CASE("a wake reaches those whose bits it shares") {
    const FutexWord word = 1;
    std::atomic<int> back = 0;
    std::jthread one([&] {
        CHECK(futex_wait(word, 1, {.bitset = 1}));
        back = 1;
    });
    std::jthread two([&] {
        CHECK(futex_wait(word, 1, {.bitset = 2}));
        back = 2;
    });
    wake_in_all(1, [&] { return futex_wake(word, 9, {.bitset = 2}).value(); });
    two.join();
    CHECK(back == 2);
    CHECK(futex_wake(word, 9, {.bitset = 4}).value() == 0);
    wake_in_all(1, [&] { return futex_wake(word, 9, {.bitset = 3}).value(); });
    one.join();
    CHECK(back == 1);
}

TEST_CASE("requeueing moves waiters to another word") {
    const FutexWord word = 1;
    const FutexWord target = 0;
    std::array<std::jthread, 3> sleepers;
    for (std::jthread& sleeper : sleepers) sleeper = std::jthread([&] { CHECK(futex_wait(word, 1)); });
    CHECK(futex_requeue(word, 2, target, {}).error() == Errno::AGAIN);
    wake_in_all(3, [&] { return futex_requeue(word, 1, target, {.wake = 0}).value(); });
    CHECK(futex_wake_all(word).value() == 0);
    CHECK(futex_wake(target, 1).value() == 1);
    CHECK(futex_wake_all(target).value() == 2);
}

TEST_CASE("a wait on several words tells which was woken") {
    const std::array<FutexWord, 3> words{};
    const std::array waiters{FutexWaiter(words[0], 0), FutexWaiter(words[1], 0, FutexScope::PRIVATE),
                             FutexWaiter(words[2], 0)};
    if (futex_wait_any(waiters, MonotonicClock::now()).error() == Errno::NOSYS) {
        MESSAGE("this kernel has no futex_waitv");
        return;
    }
    CHECK(futex_wait_any(waiters, MonotonicClock::now() + 1ms).error() ==
          wali::Error(Errno::TIMEDOUT, wali::Call::futex_waitv));
    CHECK(futex_wait_any({}).error() == Errno::INVAL);
    const std::array different{FutexWaiter(words[0], 0), FutexWaiter(words[1], 1)};
    CHECK(futex_wait_any(different).error() == Errno::AGAIN);
    std::jthread sleeper([&] { CHECK(futex_wait_any(waiters).value() == 1); });
    wake_in_all(1, [&] { return futex_wake(words[1], 1, {.scope = FutexScope::PRIVATE}).value(); });
}

TEST_CASE("a lock with priority inheritance is handed to who waits") {
    using namespace wali::thread;
    FutexWord word = 0;
    CHECK(futex_lock_pi(word));
    CHECK((word & 0x3fff'ffff) == own_id());
    CHECK(futex_lock_pi(word).error() == Errno::DEADLK);
    std::atomic<bool> waits = false;
    std::jthread other([&] {
        CHECK(futex_try_lock_pi(word).error() == Errno::AGAIN);
        CHECK(futex_unlock_pi(word).error() == Errno::PERM);
        CHECK(futex_lock_pi(word, MonotonicClock::now() + 1ms).error() == Errno::TIMEDOUT);
        waits = true;
        CHECK(futex_lock_pi(word));
        CHECK((word & 0x3fff'ffff) == own_id());
        CHECK(futex_unlock_pi(word));
    });
    while (!waits) std::this_thread::yield();
    CHECK(futex_unlock_pi(word));
    other.join();
    CHECK(futex_try_lock_pi(word));
    CHECK(futex_unlock_pi(word));
    CHECK(word == 0);
}
