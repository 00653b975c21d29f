// SPDX-License-Identifier: BSL-1.0
// What the scenarios of native_calls_test.cpp are written with. A scenario runs twice, each time in a child process of
// its own and in an empty folder: once it makes our calls, once the C library's. The two runs must give the same
// answers.
#pragma once

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <type_traits>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wali/abi/structs.hpp>
#include <wali/sys/syscalls.hpp>

// Calls that the headers of Debian 12 lack, as Linux numbers them.
#ifndef __NR_cachestat
#define __NR_cachestat 451
#define __NR_fchmodat2 452
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#define __NR_futex_wait 455
#define __NR_futex_requeue 456
#endif
#ifndef __NR_statmount
#define __NR_statmount 457
#define __NR_listmount 458
#define __NR_lsm_get_self_attr 459
#define __NR_lsm_set_self_attr 460
#define __NR_lsm_list_modules 461
#endif
#ifndef __NR_mseal
#define __NR_mseal 462
#endif

namespace native_calls {

namespace abi = wali::abi;
using wali::u32;
using wali::u64;

enum class Kind {
    good,     // a call that succeeds, unless the system refuses it (see native_calls_test.cpp)
    error,    // a call that fails
    either,   // a call whose outcome depends on the processor or the file system
    memory,   // something that the call wrote
    fact,     // something that must hold, where the values themselves differ from run to run
    touched,  // our call changed errno
};

struct Answer {
    const char* call;
    Kind kind;
    long value;
};

/// The answers of one run, in memory that the child process shares with the test.
struct Answers {
    std::size_t count;
    Answer all[2000];

    Answer& add(const Answer& answer) {
        if (count == std::size(all)) std::abort();
        return all[count++] = answer;
    }
};

/// The kernel's result out of the C library's.
inline long result(long value) { return value == -1 ? -errno : value; }
inline long result(const void* address) { return result(reinterpret_cast<long>(address)); }

/// A pointer that converts to any other: our structures and the C library's are the same memory.
class Any {
  public:
    explicit Any(const void* address) : address_(const_cast<void*>(address)) {}
    template <class T>
    operator T*() const {
        return static_cast<T*>(address_);
    }

  private:
    void* address_;
};
inline Any any(const void* address) { return Any(address); }

inline long word(const void* address) { return reinterpret_cast<long>(address); }
inline long word(Any address) { return word(static_cast<const void*>(address)); }
template <class T>
    requires std::integral<T> || std::is_enum_v<T>
long word(T value) {
    return static_cast<long>(value);
}

/// syscall(2) of the C library, with the kernel's result.
template <class... Arguments>
long raw(long number, Arguments... arguments) {
    return result(::syscall(number, word(arguments)...));
}

/// The wait status of a child process that runs `body` and ends with 111 if that returns.
template <class Body>
int child_status(Body body) {
    const pid_t child = ::fork();
    if (child == 0) body(), ::_exit(111);
    int status = -1;
    return ::waitpid(child, &status, 0) == child ? status : -1;
}

/// What fork and clone return: the child ends with 3 here.
inline long in_parent(long child) {
    if (child == 0) ::_exit(3);
    return child;
}

/// The result of a call that was made, and the answer that recorded it.
class Result {
  public:
    explicit Result(Answer& answer) : answer_(answer), value_(answer.value) {}
    operator long() const { return value_; }
    int number() const { return static_cast<int>(value_); }
    /// The value is another one in each run: only that there is one is compared.
    Result varies() const {
        if (value_ > 0) answer_.value = 0;
        return *this;
    }

  private:
    Answer& answer_;
    long value_;
};

enum class Side { wali, libc };

class Run {
  public:
    Run(Side side, Answers& answers) : side_(side), answers_(answers) {}

    template <class Ours, class Theirs>
    Result ask(Kind kind, const char* call, Ours ours, Theirs theirs) {
        constexpr int untouched = 4321;
        errno = untouched;
        call_ = call;
        const long value = side_ == Side::wali ? ours() : theirs();
        if (side_ == Side::wali && errno != untouched) answers_.add({call, Kind::touched, errno});
        return Result(answers_.add({call, kind, value}));
    }
    /// Compares what the last call wrote: numbers, or the bytes of an object.
    template <std::integral... Values>
    void see(Values... values) {
        (answers_.add({call_, Kind::memory, static_cast<long>(values)}), ...);
    }
    void see(std::string_view bytes) {
        see(bytes.size());
        for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), sizeof(long)))) {
            long value = 0;
            std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(long)));
            see(value);
        }
    }
    template <class T>
        requires(!std::integral<T> && !std::convertible_to<const T&, std::string_view>)
    void see(const T& object) {
        see(std::string_view(reinterpret_cast<const char*>(&object), sizeof(object)));
    }
    template <std::size_t size>
    void see(const char (&bytes)[size]) {
        see(std::string_view(bytes, size));
    }
    /// Something about the last call must be true.
    void holds(bool fact) { answers_.add({call_, Kind::fact, fact ? 1 : 0}); }

  private:
    Side side_;
    Answers& answers_;
    const char* call_ = "";
};

struct Scenario {
    const char* name;
    void (*run)(Run& run);
};

// One list for each file of this folder.
extern const std::initializer_list<Scenario> event_scenarios;
extern const std::initializer_list<Scenario> file_scenarios;
extern const std::initializer_list<Scenario> ipc_scenarios;
extern const std::initializer_list<Scenario> memory_scenarios;
extern const std::initializer_list<Scenario> net_scenarios;
extern const std::initializer_list<Scenario> path_scenarios;
extern const std::initializer_list<Scenario> process_scenarios;
extern const std::initializer_list<Scenario> signal_scenarios;
extern const std::initializer_list<Scenario> system_scenarios;
extern const std::initializer_list<Scenario> time_scenarios;

}  // namespace native_calls

// What scenarios ask with, inside of namespace native_calls.

/// Asks one side: our call with the arguments, or an expression with the kernel's result.
#define ASK(kind, name, theirs, ...) \
    run.ask(Kind::kind, #name, [&]() -> long { return wali::sys::name(__VA_ARGS__); }, [&]() -> long { return theirs; })
/// A call that succeeds, and the C library's function of the same name and parameters; the same with syscall(2).
#define CALL(name, ...) ASK(good, name, result(::name(__VA_ARGS__)), __VA_ARGS__)
#define RAW(name, ...) ASK(good, name, raw(__NR_##name __VA_OPT__(, ) __VA_ARGS__), __VA_ARGS__)
/// Those that fail.
#define FAILS(name, ...) ASK(error, name, result(::name(__VA_ARGS__)), __VA_ARGS__)
#define RAW_FAILS(name, ...) ASK(error, name, raw(__NR_##name __VA_OPT__(, ) __VA_ARGS__), __VA_ARGS__)
/// A call that returns twice, and one that does not return: the answer is the wait status of a child that makes it.
#define FORKS(name, theirs, ...) \
    run.ask(                     \
        Kind::good, #name, [&] { return in_parent(wali::sys::name(__VA_ARGS__)); }, [&] { return in_parent(theirs); })
#define ENDS(name, theirs, ...)                                                                 \
    run.ask(                                                                                    \
        Kind::good, #name, [&] { return child_status([&] { wali::sys::name(__VA_ARGS__); }); }, \
        [&] { return child_status([&] { theirs; }); })
