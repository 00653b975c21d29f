// SPDX-License-Identifier: BSL-1.0
// Exceptions: thrown through frames with destructors, by the library, out of constructors and catch blocks, through
// function pointers and C code, rethrown, nested, carried to other threads; and what ends the process. Also built
// natively, where what it expects is known to be right.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <any>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#define CHECK(condition) \
    ((condition) ? void() : (std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), ++failures, void()))

namespace {

std::atomic<int> failures = 0;
int destroyed = 0;

struct Guard {
    ~Guard() { destroyed++; }
};

int destroyed_since_last() { return std::exchange(destroyed, 0); }

// What `function` throws, as text: "int 5", "error MESSAGE", "other", or "nothing".
template <class Function>
std::string thrown_by(Function function) {
    try {
        function();
    } catch (int value) {
        return "int " + std::to_string(value);
    } catch (const std::exception& error) {
        return std::string("error ") + error.what();
    } catch (...) {
        return "other";
    }
    return "nothing";
}

// --- through frames ---

[[gnu::noinline]] int thrower(int value) {
    Guard guard;
    if (value > 0) throw std::runtime_error("value " + std::to_string(value));
    return value;
}

[[gnu::noinline]] int rethrower(int value) {
    try {
        return thrower(value);
    } catch (const std::logic_error&) {
        return -1;
    } catch (...) {
        Guard guard;
        throw;
    }
}

// NOLINTNEXTLINE: the depth is the subject
[[gnu::noinline]] int recursive(int depth) {
    Guard guard;
    if (depth == 0) throw depth;
    return recursive(depth - 1) + 1;
}

int compare(const void* a, const void* b) {
    if (*static_cast<const int*>(a) == 3 || *static_cast<const int*>(b) == 3) throw std::runtime_error("three");
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

struct Base {
    virtual ~Base() = default;
    virtual int act(int) const = 0;
};
struct Derived : Base {
    int act(int value) const override { throw value; }
};

void frames() {
    CHECK(thrown_by([] { rethrower(42); }) == "error value 42" && destroyed_since_last() == 2);
    CHECK(thrown_by([] { recursive(1000); }) == "int 0" && destroyed_since_last() == 1001);

    int (*volatile pointer)(int) = thrower;
    CHECK(thrown_by([&] { pointer(3); }) == "error value 3" && destroyed_since_last() == 1);
    const std::function<int(int)> function = rethrower;
    CHECK(thrown_by([&] { function(4); }) == "error value 4" && destroyed_since_last() == 2);
    const std::unique_ptr<Base> object = std::make_unique<Derived>();
    CHECK(thrown_by([&] { object->act(5); }) == "int 5");

    // Out of a loop: what this turn has made, and what lives outside, each once.
    CHECK(thrown_by([] {
              Guard outside;
              for (int i = 0;; ++i) {
                  Guard inside[2];
                  if (i == 3) throw i;
              }
          }) == "int 3");
    CHECK(destroyed_since_last() == 4 * 2 + 1);

    // Again and again, in one function, with locals that change.
    int sum = 0;
    for (int i = 0; i < 1000; ++i) {
        try {
            if (i % 2 == 0) throw i;
            sum += 1;
        } catch (int value) {
            sum += value == i ? 2 : 1000000;
        }
    }
    CHECK(sum == 1500);
}

// Its frames are unwound, too; the array may be left in any order.
void out_of_the_c_library() {
    int numbers[] = {5, 4, 3, 2, 1};
    CHECK(thrown_by([&] { std::qsort(numbers, 5, sizeof *numbers, compare); }) == "error three");
}

// --- what catches ---

struct Left {
    int left = 1;
    virtual ~Left() = default;
};
struct Right {
    int right = 2;
    virtual ~Right() = default;
};
struct Both : Left, Right {};
struct Private : private Left {};
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class Caught, class Thrown>
bool catches(const Thrown& value) {
    try {
        throw value;
    } catch (Caught) {
        return true;
    } catch (...) {
        return false;
    }
}

void handlers() {
    CHECK((catches<const std::exception&>(Error("x")) && catches<const std::runtime_error&>(Error("x"))));
    CHECK((!catches<const std::logic_error&>(Error("x"))));
    CHECK((catches<Left&>(Both()) && catches<Right&>(Both()) && !catches<Left&>(Private())));
    CHECK((catches<int>(1) && !catches<long>(1) && !catches<unsigned>(1) && catches<const int&>(1)));
    CHECK((catches<const void*>(&destroyed) && catches<const int*>(&destroyed) && !catches<char*>(&destroyed)));
    static Both both;
    CHECK((catches<Left*>(&both) && catches<Right*>(&both) && catches<void*>(&both)));
    CHECK((catches<void*>(nullptr) && catches<std::nullptr_t>(nullptr) && !catches<int>(nullptr)));

    try {
        throw Both();
    } catch (const Right& right) {
        CHECK(right.right == 2 && dynamic_cast<const Both*>(&right)->left == 1);
    }
    // A copy loses what is derived; a reference changes the exception itself.
    CHECK(thrown_by([] {
              try {
                  throw 1;
              } catch (int& value) {
                  value = 2;
                  throw;
              }
          }) == "int 2");
    CHECK(thrown_by([] {
              try {
                  throw 1;
              } catch (int copy) {
                  copy += 1;
                  CHECK(copy == 2);
                  throw;
              }
          }) == "int 1");
}

void by_the_library() {
    CHECK((catches<const std::exception&>(std::bad_alloc())));
    const auto is = [](const char* type, auto function) {
        try {
            function();
        } catch (const std::exception& error) {
            return std::string(typeid(error).name()).find(type) != std::string::npos;
        }
        return false;
    };
    CHECK(is("out_of_range", [] { std::printf("%d\n", std::vector<int>().at(1)); }));
    CHECK(is("invalid_argument", [] { std::printf("%d\n", std::stoi("no number")); }));
    CHECK(is("length_error", [] { std::vector<int>().reserve(SIZE_MAX); }));
    CHECK(is("bad_alloc", [] {
        void* volatile memory = ::operator new(SIZE_MAX / 2 - 100);
        ::operator delete(memory);
    }));
    CHECK(is("bad_optional_access", [] { std::printf("%d\n", std::optional<int>().value()); }));
    CHECK(is("bad_variant_access", [] { std::printf("%d\n", std::get<1>(std::variant<long, int>(1L))); }));
    CHECK(is("bad_any_cast", [] { std::printf("%d\n", std::any_cast<int>(std::any(1.0))); }));
    CHECK(is("bad_function_call", [] { std::function<void()>()(); }));
    CHECK(is("bad_cast", [] {
        Derived derived;
        Base& base = derived;
        static_cast<void>(dynamic_cast<Left&>(base));
    }));
    CHECK(is("bad_weak_ptr", [] { std::shared_ptr<int> pointer{std::weak_ptr<int>()}; }));
    CHECK(is("system_error", [] { throw std::system_error(ENOENT, std::generic_category()); }));
}

// --- while objects are made and destroyed ---

struct Member {
    explicit Member(bool fails) {
        if (fails) throw 1;
    }
    ~Member() { destroyed++; }
};

struct Whole {
    Whole() try : first(false), second(true) {
    } catch (int value) {
        throw value + 10;  // members that were made are gone by now
    }
    ~Whole() { destroyed += 100; }
    Member first, second;
};

struct Throwing {
    ~Throwing() noexcept(false) { throw 7; }
};

struct Counting {
    explicit Counting(int* count) : at_start(std::uncaught_exceptions()), count_(count) {}
    ~Counting() { *count_ = std::uncaught_exceptions() - at_start; }
    int at_start;
    int* count_;
};

void constructors_and_destructors() {
    CHECK(thrown_by([] { Whole whole; }) == "int 11" && destroyed_since_last() == 1);
    CHECK(thrown_by([] { delete new Whole; }) == "int 11" && destroyed_since_last() == 1);
    CHECK(thrown_by([] {
              static int made = 0;
              struct Element : Guard {
                  Element() {
                      if (++made == 3) throw 3;
                  }
              };
              delete[] new Element[5];
          }) == "int 3");
    CHECK(destroyed_since_last() == 3);  // two whole ones, and the base of the third
    CHECK(thrown_by([] {
              Guard guard;
              Throwing throwing;
          }) == "int 7");
    CHECK(destroyed_since_last() == 1);

    int count = -1;
    CHECK(thrown_by([&] {
              Counting counting(&count);
              throw 1;
          }) == "int 1");
    CHECK(count == 1);
    {
        Counting counting(&count);
    }
    CHECK(count == 0 && std::uncaught_exceptions() == 0);

    // A function's static whose constructor throws is made at the next call.
    const auto get = [](bool fails) { static Member member(fails); };
    CHECK(thrown_by([&] { get(true); }) == "int 1" && thrown_by([&] { get(false); }) == "nothing");
}

// --- in catch blocks ---

void catch_blocks() {
    CHECK(thrown_by([] {
              try {
                  throw 1;
              } catch (int) {
                  Guard guard;
                  throw std::runtime_error("other one");
              }
          }) == "error other one");
    CHECK(destroyed_since_last() == 1);
    // An inner one does not disturb the outer one, which is thrown again.
    CHECK(thrown_by([] {
              try {
                  throw 1;
              } catch (int) {
                  CHECK(thrown_by([] { throw 2; }) == "int 2");
                  throw;
              }
          }) == "int 1");
    // By a function that the handler calls.
    CHECK(thrown_by([] {
              try {
                  throw 3;
              } catch (...) {
                  [] { throw; }();
              }
          }) == "int 3");
    CHECK(!std::current_exception());
}

std::string messages(const std::exception& error) {
    try {
        std::rethrow_if_nested(error);
    } catch (const std::exception& inner) {
        return std::string(error.what()) + " < " + messages(inner);
    } catch (int value) {
        return std::string(error.what()) + " < " + std::to_string(value);
    }
    return error.what();
}

void nested() {
    try {
        try {
            try {
                throw 1;
            } catch (...) {
                std::throw_with_nested(std::logic_error("middle"));
            }
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (const std::exception& error) {
        CHECK(messages(error) == "outer < middle < 1");
    }
}

// --- kept, and in other threads ---

struct Kept : Guard {
    int value = 9;
};

void pointers() {
    std::exception_ptr stored;
    try {
        throw Kept();
    } catch (...) {
        stored = std::current_exception();
    }
    destroyed = 0;
    for (int i = 0; i < 2; ++i) {
        try {
            std::rethrow_exception(stored);
        } catch (const Kept& kept) {
            CHECK(kept.value == 9 && std::current_exception() == stored);
        }
    }
    CHECK(destroyed_since_last() == 0);
    stored = nullptr;
    CHECK(destroyed_since_last() == 1);
    CHECK(thrown_by([] { std::rethrow_exception(std::make_exception_ptr(8)); }) == "int 8");
}

void threads() {
    // Thrown in one thread, thrown again in another.
    std::exception_ptr stored;
    std::thread([&] {
        try {
            thrower(1);
        } catch (...) {
            stored = std::current_exception();
        }
    }).join();
    CHECK(thrown_by([&] { std::rethrow_exception(stored); }) == "error value 1" && destroyed_since_last() == 1);
    CHECK(thrown_by([] { std::async(std::launch::async, [] { throw 2; }).get(); }) == "int 2");
    std::promise<void> promise;
    std::thread([&] { promise.set_exception(std::make_exception_ptr(3)); }).join();
    CHECK(thrown_by([&] { promise.get_future().get(); }) == "int 3");
    std::packaged_task<void()> task([] { throw 4; });
    std::future<void> future = task.get_future();
    std::thread(std::move(task)).join();
    CHECK(thrown_by([&] { future.get(); }) == "int 4");

    // What throws has not been called.
    std::once_flag flag;
    int calls = 0;
    const auto call = [&](bool fails) {
        std::call_once(flag, [&] {
            ++calls;
            if (fails) throw calls;
        });
    };
    CHECK(thrown_by([&] { call(true); }) == "int 1" && thrown_by([&] { call(true); }) == "int 2");
    CHECK(thrown_by([&] { call(false); }) == "nothing" && thrown_by([&] { call(true); }) == "nothing" && calls == 3);

    // All at once, each with its own.
    std::vector<std::thread> many;
    for (int i = 0; i < 8; ++i)
        many.emplace_back([i] {
            for (int round = 0; round < 500; ++round) {
                const int value = i * 1000 + round;
                try {
                    throw value;
                } catch (int caught) {
                    CHECK(caught == value && std::uncaught_exceptions() == 0);
                    CHECK(thrown_by([&] { throw std::to_string(caught); }) == "other");
                }
            }
        });
    for (std::thread& thread : many) thread.join();
}

// --- what ends the process ---

void quietly(void (*function)()) {
    if (!freopen("/dev/null", "w", stderr)) _exit(98);  // the library names the exception
    function();
}

// The exit status, or 1000 + the signal.
int status_of(void (*function)()) {
    const pid_t child = fork();
    if (child == 0) {
        quietly(function);
        _exit(99);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

[[gnu::noinline]] void throws_nothing() noexcept { thrower(1); }

void ends() {
    const int aborted = 1000 + SIGABRT;
    CHECK(status_of([] {
              try {
                  throws_nothing();
              } catch (...) {
                  _exit(1);
              }
          }) == aborted);
    CHECK(status_of([] { throw 1; }) == aborted);
    CHECK(status_of([] { std::thread([] { throw 1; }).join(); }) == aborted);
    CHECK(status_of([] { throw; }) == aborted);
    CHECK(status_of([] {
              struct Bad {
                  ~Bad() noexcept(false) { throw 2; }
              };
              try {
                  Bad bad;
                  throw 1;
              } catch (...) {
                  _exit(1);
              }
          }) == aborted);
    // A handler sees what nobody caught.
    CHECK(status_of([] {
              std::set_terminate([] { _exit(thrown_by([] { throw; }) == "error value 1" ? 5 : 1); });
              thrower(1);
          }) == 5);
    CHECK(status_of([] {
              std::set_terminate([] { _exit(5); });
              throws_nothing();
          }) == 5);
    // exit in a catch block is an exit like another.
    CHECK(status_of([] {
              try {
                  throw 6;
              } catch (int value) {
                  std::exit(value);
              }
          }) == 6);
}

}  // namespace

int main() {
    frames();
    out_of_the_c_library();
    handlers();
    by_the_library();
    constructors_and_destructors();
    catch_blocks();
    nested();
    pointers();
    threads();
    ends();
    std::puts(failures == 0 ? "ok" : "failed");
    return failures == 0 ? 0 : 1;
}
