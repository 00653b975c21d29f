// SPDX-License-Identifier: BSL-1.0
// Handlers and thread entries that take fewer or more arguments than they are given, or return something: as natively,
// they run.
#include "signals.h"
#include "threads.h"

WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_dup3) i64 sys_dup3(int from, int to, int flags);

static int self;
static volatile int count;
static volatile u64 seen[13];

static void no_arguments(void) { ++count; }

static void one_argument(int signal) {
    seen[0] = (u64)signal;
    ++count;
}

static int returns(int signal, const struct siginfo* info) {
    seen[0] = (u64)signal;
    seen[1] = (u64)info->signal;
    return ++count;
}

static void three_arguments(int signal, const struct siginfo* info, const u8* context) {
    seen[0] = (u64)signal;
    seen[1] = (u64)info->signal;
    seen[2] = context[0];
    ++count;
}

static double twelve_arguments(i64 signal, const struct siginfo* info, u32 context, int d, i64 e, double f, int g,
                               u64 h, float i, u32 j, double k, int l) {
    seen[0] = (u64)signal;
    seen[1] = (u64)info->signal;
    seen[2] = context == 0;
    seen[3] = (u64)d | (u64)e | (u64)g | h | j | (u64)l | (f != 0) | (i != 0) | (k != 0);
    ++count;
    return 1.5;
}

static void thirteen(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m) {
    seen[0] = (u64)(a + b + c + d + e + f + g + h + i + j + k + l + m);
}

static void run(int signal, u32 handler, u32 flags, int arguments) {
    for (u32 i = 0; i < 4; ++i) seen[i] = 0;
    count = 0;
    CHECK_EQUAL(install(signal, handler, flags), 0);
    CHECK_EQUAL(sys_kill(self, signal), 0);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(seen[0], arguments > 0 ? signal : 0);
    CHECK_EQUAL(seen[1], arguments > 1 ? signal : 0);
    CHECK_EQUAL(seen[2], 0);
    CHECK_EQUAL(seen[3], 0);
}

static void handlers(int signal, u32 flags) {
    run(signal, (u32)no_arguments, flags, 0);
    run(signal, (u32)one_argument, flags, 1);
    run(signal, (u32)returns, flags, 2);
    run(signal, (u32)three_arguments, flags, 3);
    run(signal, (u32)twelve_arguments, flags, 12);
}

// --- what cannot be called ---

static u32 bad;

static void handle_badly(void) {
    sys_dup3((int)sys_memfd_create("stderr", 0), 2, 0);
    install(USR1, bad, 0);
    sys_kill((int)sys_getpid(), USR1);
}

static void bad_handlers(void) {
    bad = (u32)thirteen;
    CHECK_EQUAL(signal_of(handle_badly), SEGV);
    bad = 1000000;
    CHECK_EQUAL(signal_of(handle_badly), SEGV);
    CHECK_EQUAL(thread_spawn((u32)thirteen, 0), -11 /* EAGAIN */);
    CHECK_EQUAL(thread_spawn(1000000, 0), -11);
}

// --- threads: these have no stack in memory ---

static _Atomic u32 entered;

static void entry_without_arguments(void) { entered = 1; }
static u64 entry_that_returns(u32 tid, u32 argument) { return entered = tid && argument == 7; }
static void entry_with_four(u32 tid, u32 argument, u32 c, double d) {
    entered = tid && argument == 7 && c == 0 && d == 0;
}

static void start(u32 entry) {
    entered = 0;
    CHECK(thread_spawn(entry, 7) > 0);
    while (!entered) sys_sched_yield();
}

void test(void) {
    self = (int)sys_getpid();
    for (int with_info = 0; with_info < 2; ++with_info) {
        handlers(USR1, with_info ? SIGINFO : 0);
        handlers(SEGV, with_info ? SIGINFO : 0);
    }
    bad_handlers();
    start((u32)entry_without_arguments);
    start((u32)entry_that_returns);
    start((u32)entry_with_four);
}
