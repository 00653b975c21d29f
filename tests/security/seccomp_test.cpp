// SPDX-License-Identifier: BSL-1.0
#ifndef __wasm__
#include <dlfcn.h>
#endif

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <wali/abi/structs/security.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/memory_file.hpp>
#include <wali/fs/working_directory.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/prctl.hpp>
#include <wali/process/session.hpp>
#include <wali/security/seccomp.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/security.hpp>
#include <wali/sys/signal.hpp>

#include "in_child.hpp"
#include "support/leaves_nothing.hpp"

using wali::Call;
using wali::Errno;
using wali::SeccompAction;
using wali::SeccompCondition;
using wali::SeccompPolicy;
using wali::SeccompRule;
using wali::abi::sock_filter;
using wali::security::int_argument;
using wali::security::long_argument;

namespace {

constexpr sock_filter allow_all[] = {{0x06, 0, 0, 0x7fff0000}};

/// A policy of rules that forbid.
SeccompPolicy all_but(wali::ListView<SeccompRule> rules) {
    return {.rules = rules, .otherwise = SeccompAction::allow(), .foreign = SeccompAction::kill_process()};
}

bool installed(const SeccompPolicy& policy) {
    return wali::process::set_no_new_privileges().has_value() &&
           HOLDS(wali::security::install_seccomp(policy).has_value());
}

bool installed(const SeccompRule& rule) { return installed(all_but({rule})); }

/// 0 where the group's leader is outside of the process's PID namespace.
long own_group() { return wali::sys::getpgid(0); }

constexpr SeccompRule no_group = SeccompRule::fail(Call::getpgid, Errno::DOM);
constexpr long dom = -static_cast<long>(Errno::DOM);

/// What a program answers to a call: the instructions that the compiler uses, by hand.
wali::u32 answer_of(std::span<const sock_filter> program, const wali::abi::seccomp_data& data) {
    std::array<wali::u32, sizeof data / 4> words;
    std::memcpy(words.data(), &data, sizeof data);
    wali::u32 a = 0;
    for (wali::usize i = 0;; ++i) {
        const sock_filter& at = program[i];
        const auto jump = [&](bool condition) { i += condition ? at.jt : at.jf; };
        switch (at.code) {
            case 0x20: a = words[at.k / 4]; break;
            case 0x54: a &= at.k; break;
            case 0x05: i += at.k; break;
            case 0x15: jump(a == at.k); break;
            case 0x25: jump(a > at.k); break;
            case 0x35: jump(a >= at.k); break;
            case 0x06: return at.k;
            default: FAIL("an instruction that the compiler does not use: ", at.code);
        }
    }
}

/// The same of the policy, by reading it.
SeccompAction answer_of(const SeccompPolicy& policy, Call call, const wali::u64 (&arguments)[6]) {
    using enum SeccompCondition::Comparison;
    for (const SeccompRule& rule : policy.rules) {
        bool all = rule.call() == call;
        for (const SeccompCondition& condition : rule.conditions()) {
            const wali::u64 whole = arguments[condition.index];
            const wali::u64 found = (condition.whole ? whole : static_cast<wali::u32>(whole)) & condition.mask;
            switch (condition.comparison) {
                case EQUAL: all = all && found == condition.value; break;
                case NOT_EQUAL: all = all && found != condition.value; break;
                case LESS: all = all && found < condition.value; break;
                case LESS_OR_EQUAL: all = all && found <= condition.value; break;
                case GREATER: all = all && found > condition.value; break;
                case GREATER_OR_EQUAL: all = all && found >= condition.value; break;
            }
        }
        if (all) return rule.action();
    }
    return policy.otherwise;
}

std::atomic<int> trapped_call = 0;
std::atomic<unsigned> trapped_architecture = 0;
std::atomic<int> trapped_data = 0;

void on_trap(int, siginfo_t* info, void*) {
    trapped_call = info->si_syscall;
    trapped_architecture = info->si_arch;
    trapped_data = info->si_errno;
}

void handle_traps() {
    struct sigaction action{};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
}

}  // namespace

/// Whether an int can be compared with the number, and masked by it.
template <auto number>
concept FitsInt = requires {
    typename std::integral_constant<wali::u64, (int_argument(0) <= number).value>;
    typename std::integral_constant<wali::u64, ((int_argument(0) & number) == 0).mask>;
};

TEST_CASE("an int is compared only with what it can be") {
    CHECK(FitsInt<-1>);
    CHECK(FitsInt<std::numeric_limits<int>::min()>);
    CHECK(FitsInt<0xffffffffU>);
    CHECK(FitsInt<0xffffffffLL>);
    CHECK_FALSE(FitsInt<0x100000000LL>);
    CHECK_FALSE(FitsInt<0x100000000ULL>);
    CHECK_FALSE(FitsInt<-0x80000001LL>);
    CHECK((int_argument(0) == -1).value == 0xffffffff);
    CHECK((long_argument(0) == -1).value == ~wali::u64{0});
}

TEST_CASE("compiled policies answer to random calls as they read") {
    std::minstd_rand random(14);
    const auto number = [&](unsigned below) { return static_cast<unsigned>(random() >> 8) % below; };
    // Values that meet each other, at the borders of both halves.
    const wali::u64 values[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, ~wali::u64{0}};
    const auto value = [&] { return values[number(9)]; };
    const Call calls[] = {Call::read, Call::write, Call::openat, Call::ioctl};
    for (int round = 0; round < 400; ++round) {
        std::vector<SeccompRule> rules;
        for (unsigned count = number(12); count > 0; --count) {
            const auto condition = [&] {
                const auto index = static_cast<wali::u8>(number(6));
                const bool whole = number(2) == 0;
                const auto wanted = [&] { return whole ? value() : static_cast<wali::u32>(value()); };
                wali::SeccompArgument argument = whole ? long_argument(index) : int_argument(index);
                if (number(3) == 0) argument = argument & wanted();
                switch (number(6)) {
                    case 0: return argument == wanted();
                    case 1: return argument != wanted();
                    case 2: return argument < wanted();
                    case 3: return argument <= wanted();
                    case 4: return argument > wanted();
                    default: return argument >= wanted();
                }
            };
            const Call call = calls[number(4)];
            const SeccompAction action = SeccompAction::trap(static_cast<wali::u16>(count));
            switch (number(4)) {
                case 0: rules.emplace_back(call, action); break;
                case 1: rules.emplace_back(call, action, condition()); break;
                case 2: rules.emplace_back(call, action, condition(), condition()); break;
                default:
                    rules.emplace_back(call, action, condition(), condition(), condition(), condition(), condition(),
                                       condition());
            }
        }
        const SeccompPolicy policy{.rules = rules, .otherwise = SeccompAction::fail(Errno::PERM)};
        std::array<sock_filter, wali::security::seccomp_instructions()> room;
        const auto program = wali::security::compile_seccomp(policy, room).value();
        for (int made = 0; made < 50; ++made) {
            const Call call = number(8) == 0 ? Call::close : calls[number(4)];
            const wali::u64 arguments[6] = {value(), value(), value(), value(), value(), value()};
            wali::abi::seccomp_data data{static_cast<int>(call) - 1, 0xc000003e, 0, {}};
            std::copy(std::begin(arguments), std::end(arguments), data.args);
            REQUIRE(answer_of(program, data) == answer_of(policy, call, arguments).value());
        }
        const wali::abi::seccomp_data foreign{0, 0x40000003, 0, {}};
        REQUIRE(answer_of(program, foreign) == SeccompAction::kill_process().value());
        const wali::abi::seccomp_data x32{0x40000000, 0xc000003e, 0, {}};
        REQUIRE(answer_of(program, x32) == SeccompAction::kill_process().value());
    }
}

#ifndef __wasm__
/// libseccomp, where it is installed: its functions have C types alone.
class LibSeccomp {
  public:
    struct Comparison {
        unsigned argument;
        int operation;
        wali::u64 a;
        wali::u64 b;
    };

    LibSeccomp() : library_(dlopen("libseccomp.so.2", RTLD_NOW)) {
        if (library_ == nullptr) return;
        find(init_, "seccomp_init");
        find(add_, "seccomp_rule_add_exact_array");
        find(export_, "seccomp_export_bpf");
        find(release_, "seccomp_release");
    }
    LibSeccomp(const LibSeccomp&) = delete;
    LibSeccomp& operator=(const LibSeccomp&) = delete;
    ~LibSeccomp() {
        if (library_ != nullptr) dlclose(library_);
    }

    explicit operator bool() const { return library_ != nullptr; }

    struct Rule {
        int number;
        wali::u32 action;
        std::vector<Comparison> comparisons;
    };

    std::vector<sock_filter> compile(wali::u32 otherwise, const std::vector<Rule>& rules) const {
        void* const context = init_(otherwise);
        REQUIRE(context != nullptr);
        for (const Rule& rule : rules)
            REQUIRE(add_(context, rule.action, rule.number, static_cast<unsigned>(rule.comparisons.size()),
                         rule.comparisons.data()) == 0);
        const wali::File file = wali::fs::create_memory_file("filter").value();
        REQUIRE(export_(context, file.fd().raw()) == 0);
        release_(context);
        std::vector<sock_filter> program(static_cast<std::size_t>(file.status().value().size()) / sizeof(sock_filter));
        REQUIRE(file.read_all_at(std::as_writable_bytes(std::span(program)), 0));
        return program;
    }

  private:
    template <class Function>
    void find(Function*& function, const char* name) {
        void* const symbol = dlsym(library_, name);
        REQUIRE(symbol != nullptr);
        function = reinterpret_cast<Function*>(symbol);
    }

    void* library_;
    void* (*init_)(wali::u32) = nullptr;
    int (*add_)(void*, wali::u32, int, unsigned, const Comparison*) = nullptr;
    int (*export_)(const void*, int) = nullptr;
    void (*release_)(void*) = nullptr;
};

TEST_CASE("compiled policies mean what libseccomp's mean, where it is installed") {
    const LibSeccomp library;
    if (!library) return;
    std::minstd_rand random(15);
    const auto number = [&](unsigned below) { return static_cast<unsigned>(random() >> 8) % below; };
    const wali::u64 values[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, ~wali::u64{0}};
    const auto value = [&] { return values[number(9)]; };
    constexpr Call calls[] = {Call::read, Call::write, Call::openat, Call::ioctl};
    enum { NE = 1, LT, LE, EQ, GE, GT, MASKED_EQ };  // enum scmp_compare
    for (int round = 0; round < 100; ++round) {
        std::vector<SeccompRule> rules;
        std::vector<LibSeccomp::Rule> theirs;
        // It knows no order of rules, so a call has one.
        for (const Call call : calls) {
            const SeccompAction action = SeccompAction::fail(static_cast<Errno>(number(100) + 10));
            std::vector<LibSeccomp::Comparison> comparisons;
            std::array<SeccompCondition, 2> conditions;
            const auto first = static_cast<wali::u8>(number(5));
            for (wali::u8 i = 0; i < 2; ++i) {
                const auto index = static_cast<wali::u8>(first + i);
                const wali::u64 wanted = value();
                const auto argument = long_argument(index);
                switch (number(7)) {
                    case 0:
                        conditions[i] = argument != wanted;
                        comparisons.push_back({index, NE, wanted, 0});
                        break;
                    case 1:
                        conditions[i] = argument < wanted;
                        comparisons.push_back({index, LT, wanted, 0});
                        break;
                    case 2:
                        conditions[i] = argument <= wanted;
                        comparisons.push_back({index, LE, wanted, 0});
                        break;
                    case 3:
                        conditions[i] = argument == wanted;
                        comparisons.push_back({index, EQ, wanted, 0});
                        break;
                    case 4:
                        conditions[i] = argument >= wanted;
                        comparisons.push_back({index, GE, wanted, 0});
                        break;
                    case 5:
                        conditions[i] = argument > wanted;
                        comparisons.push_back({index, GT, wanted, 0});
                        break;
                    default: {
                        const wali::u64 mask = value();
                        conditions[i] = (argument & mask) == (wanted & mask);
                        comparisons.push_back({index, MASKED_EQ, mask, wanted & mask});
                    }
                }
            }
            rules.emplace_back(call, action, conditions[0], conditions[1]);
            theirs.push_back({static_cast<int>(call) - 1, action.value(), comparisons});
        }
        const SeccompPolicy policy{.rules = rules, .otherwise = SeccompAction::fail(Errno::PERM)};
        std::array<sock_filter, wali::security::seccomp_instructions()> room;
        const auto own = wali::security::compile_seccomp(policy, room).value();
        const auto other = library.compile(policy.otherwise.value(), theirs);
        for (int made = 0; made < 100; ++made) {
            const Call call = number(8) == 0 ? Call::close : calls[number(4)];
            wali::abi::seccomp_data data{static_cast<int>(call) - 1, 0xc000003e, 0, {}};
            for (wali::u64& argument : data.args) argument = value();
            REQUIRE(answer_of(own, data) == answer_of(other, data));
        }
    }
}
#endif

TEST_CASE("a policy without room or with a call that is none is not compiled") {
    std::array<sock_filter, 16> room;
    const SeccompRule none = SeccompRule::allow(Call::none);
    CHECK(wali::security::compile_seccomp(all_but({none}), room).error() == Errno::INVAL);
    const SeccompRule seventh = SeccompRule::allow(Call::read, int_argument(6) == 0);
    CHECK(wali::security::compile_seccomp(all_but({seventh}), room).error() == Errno::INVAL);
    const auto size = wali::security::compile_seccomp(all_but({no_group}), room).value().size();
    CHECK(wali::security::compile_seccomp(all_but({no_group}), std::span(room).first(size - 1)).error() ==
          Errno::NOBUFS);
    CHECK(wali::security::compile_seccomp(all_but({no_group}), std::span<sock_filter>()).error() == Errno::NOBUFS);
}

TEST_CASE("a filter answers as its rules say, one step outside of each") {
    const test::LeavesNothing leaves_nothing;
    CHECK(test::in_child([] {
        return HOLDS(wali::security::seccomp_mode().value() == wali::SeccompMode::DISABLED) &&
               HOLDS(installed(SeccompRule::fail(Call::getpgid, Errno::DOM, int_argument(0) != 0))) &&
               HOLDS(own_group() >= 0) && HOLDS(wali::sys::getpgid(1) == dom) &&
               HOLDS(wali::security::seccomp_mode().value() == wali::SeccompMode::FILTER);
    }));
    CHECK(test::in_child([] {
        return installed(SeccompRule::fail(Call::lseek, Errno::DOM, long_argument(1) >= 0x100000001)) &&
               HOLDS(wali::sys::lseek(-1, 0x100000000, 0) == -static_cast<long>(Errno::BADF)) &&
               HOLDS(wali::sys::lseek(-1, 0x100000001, 0) == dom);
    }));
    // Of several filters the sternest answer counts, of equal ones the last filter's.
    CHECK(test::in_child([] {
        return installed(no_group) && installed(SeccompRule(Call::getpgid, SeccompAction::log())) &&
               HOLDS(own_group() == dom) && installed(SeccompRule::fail(Call::getpgid, Errno::RANGE)) &&
               HOLDS(own_group() == -static_cast<long>(Errno::RANGE));
    }));
    CHECK(test::in_child([] {
        return installed(SeccompRule(Call::getpgid, SeccompAction::trace(1))) &&
               HOLDS(own_group() == -static_cast<long>(Errno::NOSYS));
    }));
    const auto killed = test::ended(
        [] { return installed(SeccompRule(Call::getpgid, SeccompAction::kill_process())) && own_group() < 0; });
    CHECK(killed.termination_signal() == wali::Signal::SYS);
    const auto only_thread = test::ended(
        [] { return installed(SeccompRule(Call::getpgid, SeccompAction::kill_thread())) && own_group() < 0; });
    CHECK(only_thread.termination_signal() == wali::Signal::SYS);
    CHECK(test::in_child([] {
        if (!installed(SeccompRule(Call::getpgid, SeccompAction::kill_thread()))) return false;
        std::atomic<int> tid = 0;
        std::atomic<bool> reached = false;
        // Nobody can join it: musl's threads say themselves that they end.
        std::thread([&] {
            tid = static_cast<int>(wali::sys::gettid());
            (void)own_group();
            reached = true;
        }).detach();
        while (tid == 0) std::this_thread::yield();
        const int process = wali::process::id().raw();
        while (wali::sys::tgkill(process, tid, 0) == 0) std::this_thread::yield();
        return HOLDS(!reached);
    }));
}

TEST_CASE("a trapped call sends SIGSYS, with the call in its siginfo") {
    const test::LeavesNothing leaves_nothing;
    CHECK(test::in_child([] {
        handle_traps();
        if (!installed(SeccompRule(Call::getpgid, SeccompAction::trap(77)))) return false;
        const long result = own_group();
        return HOLDS(trapped_call == 121) && HOLDS(trapped_architecture == 0xc000003e) && HOLDS(trapped_data == 77) &&
               HOLDS(result == 121);  // what a handler does not change is the number of the call
    }));
    const auto unhandled =
        test::ended([] { return installed(SeccompRule(Call::getpgid, SeccompAction::trap(0))) && own_group() == 0; });
    CHECK(unhandled.termination_signal() == wali::Signal::SYS);
    const auto blocked = test::ended([] {
        handle_traps();
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGSYS);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        return installed(SeccompRule(Call::getpgid, SeccompAction::trap(0))) && own_group() == 0;
    });
    CHECK(blocked.termination_signal() == wali::Signal::SYS);
}

TEST_CASE("children, threads and programs inherit a filter") {
    const test::LeavesNothing leaves_nothing;
    CHECK(test::in_child([] {
        const SeccompRule rules[] = {no_group, SeccompRule::fail(Call::mkdir, Errno::DOM),
                                     SeccompRule::fail(Call::mkdirat, Errno::DOM)};
        long in_thread = 0;
        if (!installed(all_but(rules))) return false;
        std::thread([&] { in_thread = own_group(); }).join();
        return HOLDS(in_thread == dom) && HOLDS(test::in_child([] { return own_group() == dom; })) &&
               HOLDS(test::shell("true").success()) &&
               // What mkdir of coreutils says of EDOM depends on the language, which there is none of.
               HOLDS(test::shell("mkdir tmp.never 2>&1 | grep -q 'Numerical argument out of domain'").success()) &&
               // A program that does not exist leaves all as it was.
               HOLDS(wali::process::exec("/nonexistent", {"x"}, wali::Environment()) == Errno::NOENT) &&
               HOLDS(own_group() == dom) && HOLDS(test::shell("true").success());
    }));
    CHECK(test::in_child([] {
        return installed(SeccompRule::fail(Call::execve, Errno::DOM)) &&
               HOLDS(wali::process::exec("/bin/true", {"true"}, wali::Environment()) == Errno::DOM);
    }));
}

// The next test starts this one in another program.
TEST_CASE("what a program finds that was executed under a filter" * doctest::skip()) { CHECK(own_group() == dom); }

TEST_CASE("a module that is executed inherits a filter, with many before it") {
    const test::LeavesNothing leaves_nothing;
    std::array<char, 4096> own;
    const auto length = readlink("/proc/self/exe", own.data(), own.size() - 1);
    REQUIRE(length > 0);
    own[static_cast<std::size_t>(length)] = '\0';
    for (const char* program : {"/proc/self/exe", static_cast<const char*>(own.data())}) {
        CHECK(test::in_child([&] {
            (void)wali::process::set_no_new_privileges();
            // Enough to need more than one variable of the host's.
            const std::vector<sock_filter> longest(4096, allow_all[0]);
            for (int i = 0; i < 2; ++i)
                if (!HOLDS(wali::security::install_seccomp(longest, {.all_threads = false}).has_value())) return false;
            if (!installed(no_group)) return false;
            // A compiler of the program's choice would make what no filter holds.
            auto environment = wali::Environment::current();
            environment.set("WALI_CC", "/nonexistent").set("PATH", "/nonexistent");
            const auto error = wali::process::exec(
                program, {"test", "--no-skip", "--minimal", "-tc=what a program finds*"}, environment);
            return HOLDS(error == Errno{});
        }));
    }
}

#ifdef __wasm__  // natively the kernel sees to it
TEST_CASE("an execve that fails behind filters ends the process, though they let nothing end") {
    const auto ended = test::ended([] {
        const SeccompRule rules[] = {SeccompRule::fail(Call::tgkill, Errno::PERM),
                                     SeccompRule::fail(Call::exit_group, Errno::PERM)};
        if (!installed(all_but(rules))) return false;
        const std::string too_long(1 << 18, 'x');
        return wali::process::exec("/bin/true", {"true", too_long.c_str()}, wali::Environment()) == Errno{};
    });
    CHECK(ended.termination_signal() == wali::Signal::SYS);
}
#endif

TEST_CASE("a filter for all threads reaches those that run, unless one has another") {
    const test::LeavesNothing leaves_nothing;
    for (const bool other_has_one : {false, true}) {
        CHECK(test::in_child([&] {
            std::atomic<int> step = 0;
            long seen = -1;
            (void)wali::process::set_no_new_privileges();
            std::thread other([&] {
                if (other_has_one) (void)wali::security::install_seccomp(allow_all, {.all_threads = false});
                step = 1;
                while (step != 2) std::this_thread::yield();
                seen = own_group();
            });
            while (step != 1) std::this_thread::yield();
            const auto done = wali::security::install_seccomp(all_but({no_group}));
            step = 2;
            other.join();
            if (other_has_one) return HOLDS(done.error() == Errno::SRCH) && HOLDS(seen >= 0) && HOLDS(own_group() >= 0);
            return HOLDS(done.has_value()) && HOLDS(seen == dom) && HOLDS(own_group() == dom);
        }));
    }
    CHECK(test::in_child([] {
        (void)wali::process::set_no_new_privileges();
        std::array<sock_filter, 64> room;
        const auto program = wali::security::compile_seccomp(all_but({no_group}), room).value();
        long seen = -1;
        bool fine = false;
        std::thread([&] {
            fine = wali::security::install_seccomp(program, {.all_threads = false}).has_value();
            seen = own_group();
        }).join();
        return HOLDS(fine) && HOLDS(seen == dom) && HOLDS(own_group() >= 0);
    }));
}

TEST_CASE("programs that the kernel does not take are refused") {
    const test::LeavesNothing leaves_nothing;
    const auto error_of = [](std::span<const sock_filter> program) {
        const auto done = wali::security::install_seccomp(program, {.all_threads = false});
        return done.has_error() ? done.error() : wali::Error(Errno{});
    };
    CHECK(test::in_child([&] {
        (void)wali::process::set_no_new_privileges();
        const wali::Error invalid(Errno::INVAL, Call::seccomp);
        const sock_filter jump_too_far[] = {{0x15, 0, 1, 0}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter no_return[] = {{0x20, 0, 0, 0}};
        const sock_filter beyond[] = {{0x20, 0, 0, 64}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter not_aligned[] = {{0x20, 0, 0, 2}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter unknown[] = {{0xffff, 0, 0, 0}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter divides[] = {{0x34, 0, 0, 0}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter never_stored[] = {{0x60, 0, 0, 3}, {0x06, 0, 0, 0x7fff0000}};
        const sock_filter packet_byte[] = {{0x30, 0, 0, 0}, {0x06, 0, 0, 0x7fff0000}};
        std::vector<sock_filter> longest(4096, allow_all[0]);
        std::vector<sock_filter> too_long(4097, allow_all[0]);
        return HOLDS(error_of({}) == invalid) && HOLDS(error_of(jump_too_far) == invalid) &&
               HOLDS(error_of(no_return) == invalid) && HOLDS(error_of(beyond) == invalid) &&
               HOLDS(error_of(not_aligned) == invalid) && HOLDS(error_of(unknown) == invalid) &&
               HOLDS(error_of(divides) == invalid) && HOLDS(error_of(never_stored) == invalid) &&
               HOLDS(error_of(packet_byte) == invalid) && HOLDS(error_of(too_long) == invalid) &&
               HOLDS(error_of(longest) == Errno{}) && HOLDS(error_of(allow_all) == Errno{});
    }));
    // What all filters may have together the kernel counts in instructions of its own.
    CHECK(test::in_child([&] {
        (void)wali::process::set_no_new_privileges();
        const std::vector<sock_filter> longest(4096, allow_all[0]);
        int count = 0;
        while (count < 20 && error_of(longest) == Errno{}) ++count;
        return HOLDS(count >= 2 && count < 20) && HOLDS(error_of(longest) == Errno::NOMEM);
    }));
    if (!test::is_root()) CHECK(error_of(allow_all) == wali::Error(Errno::ACCES, Call::seccomp));
    CHECK(test::in_child([&] {
        return !test::is_root() || (wali::process::become(wali::Uid(65534), wali::Gid(65534)).has_value() &&
                                    HOLDS(error_of(allow_all) == wali::Error(Errno::ACCES, Call::seccomp)));
    }));
    CHECK(wali::security::is_seccomp_action_available(SeccompAction::trap(3)).value());
    unsigned unknown = 0x12340000;
    CHECK(wali::sys::seccomp(2, 0, &unknown) == -static_cast<long>(Errno::OPNOTSUPP));
    CHECK(wali::sys::seccomp(2, 1, &unknown) == -static_cast<long>(Errno::INVAL));
    CHECK(wali::sys::seccomp(99, 0, nullptr) == -static_cast<long>(Errno::INVAL));
    CHECK(wali::sys::seccomp(1, 0, nullptr) == -static_cast<long>(Errno::FAULT));
}

TEST_CASE("becoming another user is looked at, though a filter says that it was done") {
    const test::LeavesNothing leaves_nothing;
    if (!test::is_root()) return;
    const Errno no_error{};
    for (const Call call : {Call::setgroups, Call::setresgid, Call::setresuid}) {
        CHECK(test::in_child([&] {
            const wali::Gid groups[] = {wali::Gid(65532)};
            return installed(SeccompRule::fail(call, no_error)) &&
                   HOLDS(wali::process::become(wali::Uid(65534), wali::Gid(65533), groups).error() ==
                         wali::Error(Errno::PERM, call));
        }));
    }
}
