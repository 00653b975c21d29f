// SPDX-License-Identifier: BSL-1.0
// Signals that a process sends to itself, blocked.
#include <sys/time.h>

#include <csignal>

#include "run.hpp"

namespace native_calls {
namespace {

/// A set as the C library has it; its first word is the kernel's.
struct Signals {
    explicit Signals(u64 word = 0) { words[0] = word; }
    u64 words[16] = {};
};

const Signals usr1{1UL << (SIGUSR1 - 1)};
constexpr std::size_t set_size = 8;

void do_nothing(int) {}

void block(Run& run) {
    Signals old;
    ASK(good, rt_sigprocmask, result(::sigprocmask(SIG_BLOCK, any(&usr1), any(&old))), SIG_BLOCK, any(&usr1), any(&old),
        set_size);
    run.see(old.words[0]);
}

void sending(Run& run) {
    block(run);
    Signals pending;
    const abi::timespec at_once{0, 0};
    const auto take = [&] {
        abi::siginfo_rt info{};
        ASK(good, rt_sigtimedwait, raw(__NR_rt_sigtimedwait, &usr1, &info, &at_once, set_size), any(&usr1), &info,
            &at_once, set_size);
        run.see(info.signo, info.code, info.uid, info.value), run.holds(info.pid == ::getpid());
    };
    const int self = ::getpid();
    abi::siginfo_rt info{};
    info.signo = SIGUSR1, info.code = SI_QUEUE, info.pid = self, info.uid = ::getuid(), info.value = 0x123456789;
    CALL(kill, self, SIGUSR1);
    ASK(good, rt_sigpending, result(::sigpending(any(&pending))), any(&pending), set_size);
    run.see(pending.words[0]), take();
    RAW(tkill, self, SIGUSR1), take();
    CALL(tgkill, self, self, SIGUSR1), take();
    RAW(rt_sigqueueinfo, self, SIGUSR1, &info), take();
    RAW(rt_tgsigqueueinfo, self, self, SIGUSR1, &info), take();
    FAILS(kill, self, 1000);
    ASK(error, rt_sigtimedwait, result(::sigtimedwait(any(&usr1), nullptr, any(&at_once))), any(&usr1), nullptr,
        &at_once, set_size);
}

void handling(Run& run) {
    const abi::k_sigaction ignore{1, 0, 0, 0xf0};
    abi::k_sigaction old{};
    RAW(rt_sigaction, SIGUSR1, &ignore, &old, set_size), run.see(old.handler, old.flags);
    RAW(rt_sigaction, SIGUSR1, nullptr, &old, set_size), run.see(old);
    RAW_FAILS(rt_sigaction, SIGKILL, &ignore, nullptr, set_size);

    static char memory[1 << 16];
    const abi::stack_t stack{memory, 0, 0, sizeof(memory)};
    abi::stack_t old_stack{};
    CALL(sigaltstack, any(&stack), nullptr);
    CALL(sigaltstack, nullptr, any(&old_stack)), run.see(old_stack);
}

void waiting(Run& run) {
    const Signals others{~usr1.words[0]};
    block(run);
    ::signal(SIGUSR1, do_nothing);
    ::raise(SIGUSR1);
    ASK(error, rt_sigsuspend, result(::sigsuspend(any(&others))), any(&others), set_size);

    // Repeated: one of them comes after the wait has begun.
    ::signal(SIGALRM, do_nothing);
    const itimerval every{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
    FAILS(pause);
    RAW_FAILS(restart_syscall);
}

}  // namespace

const std::initializer_list<Scenario> signal_scenarios = {
    {"sending", sending},
    {"handling", handling},
    {"waiting", waiting},
};

}  // namespace native_calls
