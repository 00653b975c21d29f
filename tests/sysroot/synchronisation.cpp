// SPDX-License-Identifier: BSL-1.0
// What the C++ library has for threads: every kind of lock, waiting on conditions and on atomics of every size,
// latches, barriers, semaphores, results, stopping. threads.cpp has what makes threads themselves. Also built natively,
// where what it expects is known to be right.
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "in_threads.hpp"

namespace {

using namespace std::chrono_literals;

template <class Function>
auto elsewhere(Function function) {
    return std::async(std::launch::async, function).get();
}

// --- locks ---

template <class Mutex>
bool is_free(Mutex& mutex) {
    return elsewhere([&] {
        const bool taken = mutex.try_lock();
        if (taken) mutex.unlock();
        return taken;
    });
}

template <class Mutex>
void excludes() {
    Mutex mutex;
    int counter = 0;
    in_threads(4, [&](int) {
        for (int i = 0; i < 2000; ++i) {
            const std::lock_guard lock(mutex);
            ++counter;
        }
    });
    CHECK(counter == 8000);
    CHECK(mutex.try_lock());
    CHECK(!elsewhere([&] { return mutex.try_lock(); }));
    mutex.unlock();
    CHECK(is_free(mutex));
}

template <class Mutex>
void nests() {
    Mutex mutex;
    mutex.lock();
    mutex.lock();
    CHECK(mutex.try_lock());
    for (int i = 0; i < 3; ++i) {
        CHECK(!elsewhere([&] { return mutex.try_lock(); }));
        mutex.unlock();
    }
    CHECK(is_free(mutex));
}

template <class Mutex>
void gives_up() {
    Mutex mutex;
    const std::lock_guard lock(mutex);
    CHECK(!elsewhere([&] { return mutex.try_lock_for(1ms); }));
    CHECK(!elsewhere([&] { return mutex.try_lock_until(std::chrono::system_clock::now() + 1ms); }));
    CHECK(!elsewhere([&] { return mutex.try_lock_until(std::chrono::steady_clock::now() - 1s); }));
}

// Readers are inside together: they meet there.
template <class Mutex>
void is_shared() {
    Mutex mutex;
    std::barrier inside(4);
    in_threads(4, [&](int) {
        const std::shared_lock lock(mutex);
        inside.arrive_and_wait();
    });
    mutex.lock_shared();
    CHECK(elsewhere([&] {
        const bool taken = mutex.try_lock_shared();
        if (taken) mutex.unlock_shared();
        return taken;
    }));
    CHECK(!elsewhere([&] { return mutex.try_lock(); }));
    mutex.unlock_shared();
    mutex.lock();
    CHECK(!elsewhere([&] { return mutex.try_lock_shared(); }));
    mutex.unlock();
}

void locks() {
    excludes<std::mutex>();
    excludes<std::timed_mutex>();
    excludes<std::recursive_mutex>();
    excludes<std::recursive_timed_mutex>();
    excludes<std::shared_mutex>();
    excludes<std::shared_timed_mutex>();
    nests<std::recursive_mutex>();
    nests<std::recursive_timed_mutex>();
    gives_up<std::timed_mutex>();
    gives_up<std::recursive_timed_mutex>();
    gives_up<std::shared_timed_mutex>();
    is_shared<std::shared_mutex>();
    is_shared<std::shared_timed_mutex>();

    // Two locks taken in both orders.
    std::mutex first;
    std::mutex second;
    int counter = 0;
    in_threads(4, [&](int i) {
        for (int round = 0; round < 1000; ++round) {
            const std::scoped_lock lock(i % 2 ? first : second, i % 2 ? second : first);
            ++counter;
        }
    });
    CHECK(counter == 4000);
}

void once() {
    std::once_flag flag;
    int calls = 0;  // not atomic: whoever returns has seen the call
    in_threads(8, [&](int) {
        std::call_once(flag, [&] { ++calls; });
        CHECK(calls == 1);
    });
    static std::atomic<int> made = 0;
    struct Slow {
        Slow() { ++made; }
        int value = 5;
    };
    in_threads(8, [](int) {
        static Slow slow;
        CHECK(slow.value == 5);
    });
    CHECK(made == 1);
}

// --- conditions ---

// notify_one lets one go on for each call, notify_all the rest.
template <class Condition, class Mutex>
void conditions() {
    Mutex mutex;
    Condition changed;
    int tickets = 0;
    int passed = 0;
    bool open = false;
    std::vector<std::thread> threads;
    std::latch waiting(4);
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            std::unique_lock lock(mutex);
            waiting.count_down();
            changed.wait(lock, [&] { return tickets > 0 || open; });
            if (tickets > 0) --tickets;
            ++passed;
            changed.notify_all();
        });
    waiting.wait();
    std::unique_lock lock(mutex);
    tickets = 1;
    changed.notify_one();
    changed.wait(lock, [&] { return passed == 1; });
    CHECK(tickets == 0);
    open = true;
    changed.notify_all();
    changed.wait(lock, [&] { return passed == 4; });
    CHECK(changed.wait_for(lock, 1ms) == std::cv_status::timeout);
    CHECK(changed.wait_until(lock, std::chrono::steady_clock::now() - 1s) == std::cv_status::timeout);
    CHECK(lock.owns_lock());
    lock.unlock();
    for (std::thread& thread : threads) thread.join();
}

// Libraries differ in whether the thread's own variables are destroyed before or after.
void at_thread_exit() {
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    std::thread thread([&] {
        std::unique_lock lock(mutex);
        done = true;
        std::notify_all_at_thread_exit(ended, std::move(lock));
        CHECK(!elsewhere([&] { return mutex.try_lock(); }));
    });
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return done; });
    CHECK(lock.owns_lock());
    lock.unlock();
    thread.join();
}

// --- atomics ---

// Two threads count up in turns, each waiting for the other.
template <class Word>
void waits_in_turns() {
    std::atomic<Word> word = Word(0);
    const auto play = [&](unsigned own) {
        for (unsigned round = own; round < 100; round += 2) {
            for (Word now = word; now != Word(round); now = word) word.wait(now);
            word = Word(round + 1);
            word.notify_one();
        }
    };
    std::thread other([&] { play(1); });
    play(0);
    other.join();
    CHECK(word == Word(100));
}

template <class Word>
void waits_of_many() {
    std::atomic<Word> word = Word(7);
    std::atomic<int> woken = 0;
    std::latch started(4);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            started.count_down();
            word.wait(Word(7));
            ++woken;
        });
    started.wait();
    word = Word(8);
    word.notify_all();
    for (std::thread& thread : threads) thread.join();
    CHECK(woken == 4);
    word.wait(Word(7));  // another value: no waiting
}

// Neighbours in one word do not disturb each other.
template <class Word>
void counts() {
    std::array<std::atomic<Word>, 4> words{};
    in_threads(4, [&](int i) {
        for (int round = 0; round < 3000; ++round) {
            ++words[static_cast<std::size_t>(i)];
            words[0].fetch_xor(Word(0));
            Word seen = words[3];
            while (!words[3].compare_exchange_weak(seen, seen)) continue;
        }
    });
    for (const auto& word : words) CHECK(word == static_cast<Word>(3000));
}

void flags_and_others() {
    std::atomic_flag lock;
    int counter = 0;
    in_threads(4, [&](int) {
        for (int i = 0; i < 1000; ++i) {
            while (lock.test_and_set(std::memory_order_acquire)) lock.wait(true, std::memory_order_relaxed);
            ++counter;
            lock.clear(std::memory_order_release);
            lock.notify_one();
        }
    });
    CHECK(counter == 4000);

    static int targets[2];
    std::atomic<int*> pointer = targets;
    std::atomic<bool> flag = false;
    std::thread other([&] {
        pointer.wait(targets);
        flag = true;
        flag.notify_all();
    });
    ++pointer;
    pointer.notify_all();
    flag.wait(false);
    CHECK(pointer == targets + 1 && flag);
    other.join();

    std::atomic<double> sum = 0;
    std::int64_t plain = 0;
    in_threads(4, [&](int) {
        for (int i = 0; i < 1000; ++i) {
            for (double now = sum; !sum.compare_exchange_weak(now, now + 0.5);) continue;
            std::atomic_ref(plain).fetch_add(3);
        }
    });
    CHECK(sum == 2000 && plain == 12000);
}

// What is written before a release is seen after the acquire.
void order() {
    int data = 0;
    std::atomic<unsigned> ready = 0;
    std::thread reader([&] {
        for (unsigned round = 1; round <= 2000; ++round) {
            while (ready.load(std::memory_order_acquire) != 2 * round - 1) std::this_thread::yield();
            CHECK(data == static_cast<int>(round));
            ready.store(2 * round, std::memory_order_release);
        }
    });
    for (unsigned round = 1; round <= 2000; ++round) {
        data = static_cast<int>(round);
        ready.store(2 * round - 1, std::memory_order_release);
        while (ready.load(std::memory_order_acquire) != 2 * round) std::this_thread::yield();
    }
    reader.join();
}

void atomics() {
    waits_in_turns<std::uint8_t>();
    waits_in_turns<std::uint16_t>();
    waits_in_turns<std::uint32_t>();
    waits_in_turns<std::uint64_t>();
    waits_of_many<std::int8_t>();
    waits_of_many<std::int16_t>();
    waits_of_many<std::int32_t>();
    waits_of_many<std::int64_t>();
    counts<std::uint8_t>();
    counts<std::uint16_t>();
    counts<std::uint32_t>();
    counts<std::uint64_t>();
    flags_and_others();
    order();
}

// --- latches, barriers, semaphores ---

void latches_and_barriers() {
    std::latch latch(3);
    CHECK(!latch.try_wait());
    latch.count_down(2);
    CHECK(!latch.try_wait());
    std::thread last([&] { latch.count_down(); });
    latch.wait();
    CHECK(latch.try_wait());
    last.join();

    // The completion runs once for each phase, before anybody goes on; who drops out is not waited for.
    int completions = 0;
    std::barrier barrier(4, [&]() noexcept { ++completions; });
    in_threads(4, [&](int i) {
        for (int phase = 1; phase <= 10; ++phase) {
            if (i == 3 && phase == 6) return barrier.arrive_and_drop();
            barrier.arrive_and_wait();
            if (i == 0) CHECK(completions == 2 * phase - 1);
            barrier.wait(barrier.arrive());
        }
    });
    CHECK(completions == 20);
}

void semaphores() {
    constexpr int capacity = 4;
    std::counting_semaphore<capacity> free(capacity);
    std::counting_semaphore<capacity> used(0);
    std::atomic<int> inside = 0;
    std::atomic<int> sum = 0;
    in_threads(4, [&](int i) {
        for (int round = 0; round < 500; ++round) {
            if (i % 2 == 0) {
                free.acquire();
                CHECK(++inside <= capacity);
                used.release();
            } else {
                used.acquire();
                --inside;
                free.release();
                ++sum;
            }
        }
    });
    CHECK(sum == 1000 && inside == 0);

    std::binary_semaphore one(1);
    CHECK(one.try_acquire() && !one.try_acquire());
    CHECK(!one.try_acquire_for(1ms) && !one.try_acquire_until(std::chrono::steady_clock::now() - 1s));
    std::thread other([&] { one.release(); });
    one.acquire();
    other.join();
}

// --- results ---

void futures() {
    const auto caller = std::this_thread::get_id();
    auto deferred = std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });
    CHECK(deferred.wait_for(0s) == std::future_status::deferred && deferred.get() == caller);
    CHECK(elsewhere([] { return std::this_thread::get_id(); }) != caller);

    std::promise<std::string> promise;
    const std::shared_future<std::string> shared = promise.get_future().share();
    CHECK(shared.wait_for(1ms) == std::future_status::timeout);
    std::thread setter([&] { promise.set_value("value"); });
    in_threads(3, [&](int) { CHECK(shared.get() == "value"); });
    CHECK(shared.wait_for(0s) == std::future_status::ready);
    setter.join();

    std::promise<int> late;
    std::future<int> at_exit = late.get_future();
    std::thread([&] { late.set_value_at_thread_exit(4); }).join();
    CHECK(at_exit.get() == 4 && !at_exit.valid());

    std::packaged_task<int(int)> task([](int value) { return value * 2; });
    std::future<int> doubled = task.get_future();
    std::thread(std::ref(task), 21).join();
    CHECK(doubled.get() == 42);
    task.reset();
    doubled = task.get_future();
    task(1);
    CHECK(doubled.get() == 2);

    // The future of async waits for its thread.
    std::atomic<bool> done = false;
    {
        std::latch started(1);
        auto waiting = std::async(std::launch::async, [&] {
            started.count_down();
            std::this_thread::yield();
            done = true;
        });
        started.wait();
    }
    CHECK(done);
}

// --- threads that stop, and what they are given ---

#if defined(__cpp_lib_jthread)
void stopping() {
    std::atomic<int> called = 0;
    const auto count = [&] { ++called; };
    std::latch started(1);
    std::optional<std::stop_callback<decltype(count)>> kept;  // one that ends with the thread may never be called
    {
        std::jthread thread([&](const std::stop_token& token) {
            kept.emplace(token, count);
            std::mutex mutex;
            std::condition_variable_any never;
            std::unique_lock lock(mutex);
            started.count_down();
            CHECK(!never.wait(lock, token, [] { return false; }));
            CHECK(token.stop_requested());
        });
        started.wait();
    }  // asks it to stop, and joins
    CHECK(called == 1);

    std::stop_source source;
    const std::stop_callback callback(source.get_token(), count);
    std::atomic<int> first = 0;
    in_threads(4, [&](int) { first += source.request_stop() ? 1 : 0; });
    CHECK(first == 1 && called == 2 && source.stop_requested());
    const std::stop_callback too_late(source.get_token(), count);
    CHECK(called == 3);
    CHECK(!std::stop_token().stop_possible());
}
#else
void stopping() {}
#endif

std::mutex log_mutex;
std::string log_text;

struct Logged {
    explicit Logged(const char* text) : name(text) {}
    ~Logged() {
        const std::lock_guard lock(log_mutex);
        log_text += name;
    }
    const char* name;
};

void arguments_and_thread_locals() {
    auto owned = std::make_unique<int>(3);
    int result = 0;
    std::thread([](std::unique_ptr<int> given, int& out) { out = *given; }, std::move(owned), std::ref(result)).join();
    CHECK(result == 3 && !owned);

    // Destroyed in the reverse order of their making, after the thread's function.
    std::thread([] {
        thread_local Logged a("a");
        const Logged local("-");
        thread_local Logged b("b");
        static_cast<void>(a.name && b.name);
    }).join();
    CHECK(log_text == "-ba");

    std::thread empty;
    CHECK(!empty.joinable() && empty.get_id() == std::thread::id() && std::thread::hardware_concurrency() > 0);
    std::latch detached(1);
    std::thread([&] { detached.count_down(); }).detach();
    detached.wait();
    std::this_thread::sleep_until(std::chrono::system_clock::now() - 1h);
    const auto before = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(2ms);
    CHECK(std::chrono::steady_clock::now() - before >= 2ms);
}

// --- atomic objects that no instruction can handle ---

constexpr int threads_here = 4;

struct Pair {
    long first, second;
    bool operator==(const Pair&) const = default;
};

struct Large {
    std::array<int, 10> values;
};

// As large as the largest integer: the compiler warns that it calls a function for these.
#pragma clang diagnostic ignored "-Watomic-alignment"
__extension__ using Wide = __int128;

template <class T, class Change>
void change_in_threads(std::atomic<T>& object, Change change) {
    in_threads(threads_here, [&](int) {
        for (int i = 0; i < 1000; ++i) {
            T old = object.load();
            while (!object.compare_exchange_weak(old, change(old))) {
            }
        }
    });
}

void atomics_of_any_size() {
    static std::atomic<Pair> pair;
    static std::atomic<Large> large;
    change_in_threads(pair, [](Pair old) { return Pair{old.first + 1, old.second - 1}; });
    change_in_threads(large, [](Large old) {
        for (int& value : old.values) ++value;
        return old;
    });
    CHECK((pair.load() == Pair{threads_here * 1000L, threads_here * -1000L}));
    CHECK(large.load().values.front() == threads_here * 1000 && large.load().values.back() == threads_here * 1000);
    CHECK((pair.exchange({1, 2}) == Pair{threads_here * 1000L, threads_here * -1000L}));
    Pair expected{1, 1};
    CHECK(!pair.compare_exchange_strong(expected, {3, 4}) && (expected == Pair{1, 2}));

    static Wide wide;
    in_threads(threads_here, [](int) {
        for (int i = 0; i < 1000; ++i) __atomic_fetch_add(&wide, Wide{1} << 63, __ATOMIC_SEQ_CST);
    });
    CHECK(__atomic_fetch_and(&wide, 0, __ATOMIC_SEQ_CST) == Wide{threads_here * 1000} << 63);
    CHECK(__atomic_fetch_xor(&wide, Wide{5} << 64, __ATOMIC_SEQ_CST) == 0);
    CHECK(__atomic_load_n(&wide, __ATOMIC_SEQ_CST) == Wide{5} << 64);
}

}  // namespace

int main() {
    locks();
    once();
    conditions<std::condition_variable, std::mutex>();
    conditions<std::condition_variable_any, std::mutex>();
    conditions<std::condition_variable_any, std::shared_mutex>();
    at_thread_exit();
    atomics();
    atomics_of_any_size();
    latches_and_barriers();
    semaphores();
    futures();
    stopping();
    arguments_and_thread_locals();
    std::puts(failures == 0 ? "ok" : "failed");
    return failures == 0 ? 0 : 1;
}
