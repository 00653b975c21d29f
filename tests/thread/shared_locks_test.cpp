// SPDX-License-Identifier: BSL-1.0
// Locks in memory that processes share, with processes that are killed while they hold them.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/mem/memory_map.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>
#include <wali/thread/futex_condition.hpp>
#include <wali/thread/futex_latch.hpp>
#include <wali/thread/futex_mutex.hpp>
#include <wali/thread/robust_mutex.hpp>

using namespace std::chrono_literals;
using wali::Errno;
using wali::FutexCondition;
using wali::FutexLatch;
using wali::FutexMutex;
using wali::MonotonicClock;
using wali::MutableMemoryMap;
using wali::RobustLock;
using wali::RobustMutex;

namespace {

constexpr int threads_of_each = 4;
constexpr int processes = 4;

/// A T in memory of zeros that children share.
template <class T>
class Shared {
  public:
    Shared()
        : map_(MutableMemoryMap::anonymous(sizeof(T), {.map = {.shared = true}}).value()),
          object_(std::construct_at(map_.template object<T>().value())) {}
    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }

  private:
    MutableMemoryMap map_;
    T* object_;
};

template <class Function>
int start(Function function) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        function();
        wali::process::exit(0);
    }
    return child.raw();
}

int status_of(int child) {
    int status = -1;
    REQUIRE(wali::sys::wait4(child, &status, 0, nullptr) == child);
    return status;
}

/// Threads of a child that all do the same.
template <class Function>
void in_threads(Function function) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < threads_of_each; ++i) threads.emplace_back(function);
}

}  // namespace

TEST_CASE("a futex mutex keeps threads of several processes apart") {
    constexpr int rounds = 2000;
    struct Counter {
        FutexMutex mutex;
        int count = 0;
        FutexLatch ready{processes};
    };
    const Shared<Counter> shared;
    std::vector<int> children;
    for (int i = 0; i < processes; ++i)
        children.push_back(start([&] {
            shared->ready.arrive_and_wait();
            in_threads([&] {
                for (int round = 0; round < rounds; ++round) {
                    const std::lock_guard lock(shared->mutex);
                    ++shared->count;
                }
            });
        }));
    for (const int child : children) CHECK(status_of(child) == 0);
    CHECK(shared->count == processes * threads_of_each * rounds);
}

TEST_CASE("a futex mutex can be tried, for a time, too") {
    FutexMutex mutex;
    CHECK(mutex.try_lock());
    CHECK_FALSE(mutex.try_lock());
    const auto deadline = MonotonicClock::now() + 2ms;
    CHECK_FALSE(mutex.try_lock_until(deadline));
    CHECK(MonotonicClock::now() >= deadline);
    mutex.unlock();
    CHECK(mutex.try_lock_until(deadline));
    mutex.unlock();
}

TEST_CASE("a latch comes to zero once, for all processes") {
    struct Latch {
        FutexLatch latch{3};
        std::atomic<int> after = 0;
    };
    const Shared<Latch> shared;
    const int child = start([&] {
        shared->latch.wait();
        shared->after = 1;
    });
    shared->latch.count_down();
    CHECK_FALSE(shared->latch.try_wait());
    CHECK_FALSE(shared->latch.wait_until(MonotonicClock::now() + 1ms));
    CHECK(shared->after == 0);
    shared->latch.count_down(2);
    CHECK(shared->latch.wait_until(MonotonicClock::time_point()));
    shared->latch.wait();
    CHECK(status_of(child) == 0);
    CHECK(shared->after == 1);
}

TEST_CASE("a condition wakes who waits in other processes, and no notification is lost") {
    constexpr int items = 3000;
    struct Queue {
        FutexMutex mutex;
        FutexCondition changed;
        int filled = 0;
        int taken = 0;
    };
    const Shared<Queue> shared;
    std::vector<int> children;
    for (int i = 0; i < processes; ++i)
        children.push_back(start([&] {
            in_threads([&] {
                for (;;) {
                    std::unique_lock lock(shared->mutex);
                    while (shared->filled == 0 && shared->taken < items) shared->changed.wait(lock);
                    if (shared->taken == items) return;
                    --shared->filled;
                    if (++shared->taken == items) shared->changed.notify_all();
                }
            });
        }));
    for (int i = 0; i < items; ++i) {
        {
            const std::lock_guard lock(shared->mutex);
            ++shared->filled;
        }
        shared->changed.notify_one();
    }
    for (const int child : children) CHECK(status_of(child) == 0);
    CHECK(shared->filled == 0);
    std::unique_lock lock(shared->mutex);
    CHECK_FALSE(shared->changed.wait_until(lock, MonotonicClock::now() + 1ms));
    CHECK(lock.owns_lock());
}

TEST_CASE("a robust mutex tells the next holder that the last one died") {
    const Shared<RobustMutex> mutex;
    CHECK(mutex->lock().error() == Errno::INVAL);
    CHECK(mutex->initialize());
    {
        RobustLock lock = mutex->lock().value();
        CHECK(lock);
        CHECK_FALSE(lock.owner_died());
        CHECK(lock.mark_consistent().error() == Errno::INVAL);
        CHECK(mutex->lock().error() == wali::Error(Errno::DEADLK, wali::Call::futex));
        std::jthread([&] {
            CHECK(mutex->try_lock().error() == Errno::BUSY);
            const auto deadline = MonotonicClock::now() + 2ms;
            CHECK(mutex->lock_until(deadline).error() == Errno::TIMEDOUT);
            CHECK(MonotonicClock::now() >= deadline);
        }).join();
        RobustLock moved = std::move(lock);
        CHECK_FALSE(static_cast<bool>(lock));  // NOLINT(bugprone-use-after-move): that is what is tested
        moved.unlock();
        CHECK(mutex->try_lock().has_value());
        CHECK(moved.lock());
    }
    const auto die = [&] {
        RobustLock lock = mutex->lock().value();
        (void)wali::process::send_signal(wali::process::id(), wali::Signal::KILL);
    };
    CHECK((status_of(start(die)) & 0x7f) == 9);
    {
        RobustLock lock = mutex->lock_until(MonotonicClock::now() + 1h).value();
        CHECK(lock.owner_died());
        CHECK(lock.mark_consistent());
    }
    CHECK_FALSE(mutex->lock().value().owner_died());
    CHECK((status_of(start(die)) & 0x7f) == 9);
    CHECK(mutex->try_lock().value().owner_died());  // and gives it back as it found it
    CHECK(mutex->lock().error() == Errno::NOTRECOVERABLE);
}

TEST_CASE("a thread that ends with a robust mutex has died for it") {
    const Shared<RobustMutex> mutex;
    CHECK(mutex->initialize());
    alignas(RobustLock) std::array<std::byte, sizeof(RobustLock)> kept;
    std::jthread([&] { new (kept.data()) RobustLock(mutex->lock().value()); }).join();
    CHECK(mutex->lock().value().owner_died());
}

// Each process kills itself, with all its threads, somewhere between two changes that belong together, and another
// takes its place, until the work is done.
TEST_CASE("work under a robust mutex and a condition goes on while holders are killed") {
    constexpr int goal = 2000;
    constexpr int killed_every = 100;
    struct Work {
        RobustMutex mutex;
        FutexCondition changed;
        int begun = 0;
        int done = 0;
        int repaired = 0;
    };
    const Shared<Work> shared;
    CHECK(shared->mutex.initialize());

    const auto repair = [&](RobustLock& lock) {
        if (!lock.owner_died()) return;
        if (shared->begun != shared->done + 1) wali::process::exit(2);
        shared->done = shared->begun;
        ++shared->repaired;
        if (!lock.mark_consistent()) wali::process::exit(3);
    };
    const auto work = [&] {
        for (unsigned turn = 0;; ++turn) {
            auto locked = shared->mutex.lock();
            if (!locked) wali::process::exit(4);
            RobustLock lock = std::move(locked).value();
            repair(lock);
            if (turn % 4 == 3) {
                if (!shared->changed.wait_until(lock, MonotonicClock::now() + 1ms).has_value()) wali::process::exit(5);
                repair(lock);
            }
            if (shared->begun != shared->done) wali::process::exit(6);
            if (shared->done == goal) return;
            if (++shared->begun % killed_every == 0)
                (void)wali::process::send_signal(wali::process::id(), wali::Signal::KILL);
            ++shared->done;
            shared->changed.notify_one();
        }
    };
    const auto child = [&] { in_threads(work); };

    int killed = 0;
    int running = processes;
    for (int i = 0; i < processes; ++i) start(child);
    while (running > 0) {
        int status = -1;
        REQUIRE(wali::sys::wait4(-1, &status, 0, nullptr) > 0);
        if ((status & 0x7f) == 9) {
            ++killed;
            start(child);
        } else {
            CHECK(status == 0);
            --running;
        }
    }
    CHECK(shared->done == goal);
    CHECK(killed == goal / killed_every);
    CHECK(shared->repaired == killed);
}
