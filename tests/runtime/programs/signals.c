// SPDX-License-Identifier: BSL-1.0
// Signal handlers called from the host: arguments, masks, red zone, alternate stack, interrupted calls.
#include "signals.h"

WALI(SYS_rt_sigpending) i64 sys_rt_sigpending(void* set, u32 size);
WALI(SYS_rt_sigsuspend) i64 sys_rt_sigsuspend(const void* mask, u32 size);
WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_setitimer) i64 sys_setitimer(int which, const void* value, void* old);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_pselect6) i64 sys_pselect6(int count, void* r, void* w, void* e, const void* timeout, const void* mask);

static volatile int count;
static volatile int last;
static volatile u32 frame;
static int self;

static void on_signal(int signal) {
    u8 local[64];
    frame = (u32)local;
    for (int i = 0; i < 64; ++i) ((volatile u8*)local)[i] = 0xaa;
    last = signal;
    ++count;
}

static void on_siginfo(int signal, int* info, void* context) {
    last = signal;
    if (info[0] == signal && info[2] == 0 /* SI_USER */ && info[4] == self && *(u8*)context == 0) ++count;
}

static void calling(void) {
    CHECK_EQUAL(install(USR1, (u32)on_signal, 0), 0);
    sys_kill(self, USR1);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(last, USR1);

    CHECK_EQUAL(install(USR2, (u32)on_siginfo, SIGINFO), 0);
    sys_kill(self, USR2);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(last, USR2);

    struct action old = {0};
    const struct action ignore = {IGN, 0, 0, 0x55};
    CHECK_EQUAL(sys_rt_sigaction(USR2, &ignore, &old, 8), 0);
    CHECK_EQUAL(old.handler, (u32)on_siginfo);
    CHECK_EQUAL(old.flags, SIGINFO);
    sys_kill(self, USR2);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(sys_rt_sigaction(USR2, NULL, &old, 8), 0);
    CHECK_EQUAL(old.handler, IGN);
    CHECK_EQUAL(old.mask, 0x55);

    CHECK_EQUAL(install(HUP, (u32)on_signal, RESETHAND), 0);
    sys_kill(self, HUP);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(sys_rt_sigaction(HUP, NULL, &old, 8), 0);
    CHECK_EQUAL(old.handler, 0);
}

static void errors(void) {
    struct action old;
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, &old, 128), -EINVAL);
    CHECK_EQUAL(install(0, 0, 0), -EINVAL);
    CHECK_EQUAL(install(65, 0, 0), -EINVAL);
    CHECK_EQUAL(install(9, IGN, 0), -EINVAL);
    CHECK_EQUAL(sys_rt_sigaction(9, NULL, &old, 8), 0);
    CHECK_EQUAL(sys_rt_sigaction(USR1, (void*)0xfffffff0u, NULL, 8), -EFAULT);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, (void*)0xfffffff0u, 8), -EFAULT);
    CHECK_EQUAL(sys_rt_sigprocmask(0, (void*)0xfffffff0u, NULL, 8), -EFAULT);
}

// One that is sent while the program blocks it waits, as the kernel would let it.
static void waiting(void) {
    const u64 segv = 1u << (SEGV - 1);
    const u64 none = 0;
    u64 pending = 0;
    CHECK_EQUAL(sys_rt_sigprocmask(0, &segv, NULL, 8), 0);
    sys_kill(self, SEGV);
    sys_kill(self, SEGV);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(sys_rt_sigpending(&pending, 8), 0);
    CHECK_EQUAL(pending, segv);
    CHECK_EQUAL(sys_rt_sigsuspend(&none, 8), -EINTR);
    CHECK_EQUAL(count, 2);
    sys_kill(self, SEGV);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(sys_rt_sigprocmask(1, &segv, NULL, 8), 0);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(sys_rt_sigpending(&pending, 8), 0);
    CHECK_EQUAL(pending, 0);
    CHECK_EQUAL(sys_rt_sigpending(&pending, 9), -EINVAL);
    count = 1;
}

// The host's own signals: the program's wish is kept and works for signals that are sent.
static void host_signals(void) {
    u64 all = ~0ull;
    u64 now = 0;
    u64 none = 0;
    count = 0;
    CHECK_EQUAL(install(SEGV, (u32)on_signal, 0), 0);
    CHECK_EQUAL(install(FPE, IGN, 0), 0);
    CHECK_EQUAL(sys_rt_sigprocmask(2, &all, NULL, 8), 0);
    CHECK_EQUAL(sys_rt_sigprocmask(2, &none, &now, 8), 0);
    CHECK(now & (1u << (SEGV - 1)));
    CHECK(now & (1u << (USR1 - 1)));
    sys_kill(self, SEGV);
    CHECK_EQUAL(count, 1);
    waiting();
    sys_kill(self, FPE);
    CHECK_EQUAL(count, 1);
}

static void on_signal_again(int signal) {
    if (++count < 100000) sys_kill(self, signal);
}

// One that is sent while its handler runs comes when that has returned: no frame is open for each of them.
static void many_sent_to_their_handler(void) {
    for (int i = 0; i < 2; ++i) {
        const int signal = i == 0 ? SEGV : USR1;
        count = 0;
        CHECK_EQUAL(install(signal, (u32)on_signal_again, 0), 0);
        sys_kill(self, signal);
        CHECK_EQUAL(count, 100000);
    }
}

static void masks(void) {
    const u64 usr1 = 1u << (USR1 - 1);
    const u64 none = 0;
    count = 0;
    CHECK_EQUAL(sys_rt_sigprocmask(0, &usr1, NULL, 8), 0);
    sys_kill(self, USR1);
    CHECK_EQUAL(count, 0);
    CHECK_EQUAL(sys_rt_sigsuspend(&none, 8), -EINTR);
    CHECK_EQUAL(count, 1);
    sys_kill(self, USR1);
    const u64 argument[2] = {(u32)&none, 8};
    CHECK_EQUAL(sys_pselect6(0, NULL, NULL, NULL, NULL, argument), -EINTR);
    CHECK_EQUAL(count, 2);
    const i64 zero[2] = {0, 0};
    CHECK_EQUAL(sys_pselect6(0, NULL, NULL, NULL, zero, NULL), 0);
    CHECK_EQUAL(sys_rt_sigprocmask(1, &usr1, NULL, 8), 0);
}

static u8 alternate[8192] __attribute__((aligned(16)));

static void alternate_stack(void) {
    struct stack old = {1, 1, 1};
    const struct stack wanted = {(u32)alternate, 0, sizeof alternate};
    const struct stack small = {(u32)alternate, 0, 100};
    const struct stack off = {0, 2, 0};
    CHECK_EQUAL(sys_sigaltstack(NULL, &old), 0);
    CHECK_EQUAL(old.flags, 2);
    CHECK_EQUAL(sys_sigaltstack(&small, NULL), -ENOMEM);
    CHECK_EQUAL(sys_sigaltstack(&wanted, NULL), 0);
    CHECK_EQUAL(sys_sigaltstack(NULL, &old), 0);
    CHECK_EQUAL(old.base, (u32)alternate);
    CHECK_EQUAL(old.size, sizeof alternate);
    CHECK_EQUAL(install(USR1, (u32)on_signal, ONSTACK), 0);
    sys_kill(self, USR1);
    CHECK(frame >= (u32)alternate && frame < (u32)alternate + sizeof alternate);
    CHECK_EQUAL(sys_sigaltstack(&off, NULL), 0);
    sys_kill(self, USR1);
    CHECK(!(frame >= (u32)alternate && frame < (u32)alternate + sizeof alternate));
}

// Compiled code keeps a leaf's locals below the stack pointer: handlers must stay clear of them.
__attribute__((noinline)) static int leaf(int seed) {
    volatile u8 local[128];
    for (int i = 0; i < 128; ++i) local[i] = (u8)(seed + i);
    int wrong = 0;
    for (int i = 0; i < 128; ++i) wrong += local[i] != (u8)(seed + i);
    return wrong;
}

static void red_zone(void) {
    const i64 every[4] = {0, 200, 0, 200};
    const i64 never[4] = {0, 0, 0, 0};
    int wrong = 0;
    CHECK_EQUAL(install(ALRM, (u32)on_signal, RESTART), 0);
    count = 0;
    sys_setitimer(0, every, NULL);
    for (int i = 0; count < 500 && i < 100000000; ++i) wrong += leaf(i);
    sys_setitimer(0, never, NULL);
    CHECK(count >= 500);
    CHECK_EQUAL(wrong, 0);
}

static void interruption(void) {
    static int ends[2];
    static u8 byte;
    const i64 soon[4] = {0, 20000, 0, 1000};
    const i64 never[4] = {0, 0, 0, 0};
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(install(ALRM, (u32)on_signal, 0), 0);
    sys_setitimer(0, soon, NULL);
    CHECK_EQUAL(sys_read(ends[0], &byte, 1), -EINTR);
    sys_setitimer(0, never, NULL);
}

void test(void) {
    self = (int)sys_getpid();
    calling();
    errors();
    host_signals();
    many_sent_to_their_handler();
    masks();
    alternate_stack();
    red_zone();
    interruption();
}
