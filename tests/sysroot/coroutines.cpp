// SPDX-License-Identifier: BSL-1.0
// Coroutines hand over to one another a million times in constant stack, which takes tail calls, and those spoil no
// structure that goes from call to call by value. Also built natively, where what it expects is known to be right.

#include <coroutine>
#include <cstdio>
#include <exception>
#include <utility>

namespace {

// Awaited, it runs at once; at its end whoever waits goes on.
class Task {
  public:
    struct promise_type {
        std::coroutine_handle<> waiting = std::noop_coroutine();

        struct Final {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                return ended.promise().waiting;
            }
            void await_resume() noexcept {}
        };

        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        Final final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    ~Task() {
        if (handle_) handle_.destroy();
    }

    void start() { handle_.resume(); }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
        handle_.promise().waiting = waiting;
        return handle_;
    }
    void await_resume() {}

  private:
    std::coroutine_handle<promise_type> handle_;
};

constexpr long awaits = 1'000'000;
long steps = 0;

Task step() {
    ++steps;
    co_return;
}

Task loop() {
    for (long i = 0; i < awaits; ++i) co_await step();
}

struct Numbers {
    int values[4];
};

/// Overwrites the stack of whoever has given up its own.
[[gnu::noinline]] int sum(Numbers numbers) {
    volatile int nines[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    int result = 0;
    for (int i = 0; i < 4; ++i) result += numbers.values[i] * nines[i];
    return result;
}

[[gnu::noinline]] int hand_on(Numbers numbers) { return sum(numbers); }

}  // namespace

int main() {
    Task task = loop();
    task.start();
    const bool right = steps == awaits && hand_on({{1, 2, 3, 4}}) == 90;
    std::puts(right ? "ok" : "failed");
    return right ? 0 : 1;
}
