// SPDX-License-Identifier: BSL-1.0
// setjmp and longjmp as imports: across frames, again and again, out of signal handlers, with copied buffers; what a
// jump to a function that has returned does is in semantics_test.cpp.
#include "threads.h"

typedef struct {
    u8 bytes[344];
} jump;

WALI(setjmp) __attribute__((returns_twice)) int wali_setjmp(jump* env);
WALI(sigsetjmp) __attribute__((returns_twice)) int wali_sigsetjmp(jump* env, int savemask);
WALI(longjmp) void wali_longjmp(const jump* env, int value);
WALI(SYS_rt_sigaction) i64 sys_rt_sigaction(int signal, const void* act, void* old, u32 size);
WALI(SYS_rt_sigprocmask) i64 sys_rt_sigprocmask(int how, const void* set, void* old, u32 size);
WALI(SYS_getpid) i64 sys_getpid(void);
WALI(SYS_kill) i64 sys_kill(int pid, int signal);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_exit) i64 sys_exit(int status);
WALI(SYS_mprotect) i64 sys_mprotect(const void* address, u32 length, int prot);
WALI(SYS_set_robust_list) i64 sys_set_robust_list(const void* head, u32 size);

#define NOINLINE __attribute__((noinline))
#define SIGUSR1 10
#define SIGSEGV 11

static jump place;
static volatile int depth_reached;

// Each frame has memory on the guest's stack, whose pointer must come back.
NOINLINE static void descend(int levels, const jump* to, int value) {
    volatile char frame[1000];
    frame[0] = (char)levels;
    depth_reached = levels;
    if (levels == 0)
        wali_longjmp(to, value);
    else
        descend(levels - 1, to, value);
    frame[1] = frame[0];
}

NOINLINE static int rounds(void) {
    volatile int count = 1;
    volatile char* const stack = __builtin_alloca(64);
    stack[5] = 42;
    const int value = wali_setjmp(&place);
    if (stack[5] != 42) return -1;
    count = count + value;
    if (count < 500) descend(20, &place, 7);
    return count;
}

// Several places in one function, and a copy of one.
NOINLINE static int places(void) {
    static jump first, second, copy;
    volatile int state = 0;
    int value = wali_setjmp(&first);
    if (value == 1 && state == 0) {  // longjmp(env, 0) is 1
        state = 1;
        copy = first;
        value = wali_setjmp(&second);
        if (value == 0) descend(3, &copy, 5);
        return state == 2 && value == 9 ? 77 : 0;
    }
    if (value == 5) {
        state = 2;
        descend(2, &second, 9);
    }
    if (value == 0) wali_longjmp(&first, 0);
    return 0;
}

// An inner function's place must not hide the outer one's, nor the other way round.
NOINLINE static int inner(const jump* outer) {
    jump own;
    const int value = wali_setjmp(&own);
    if (value == 0) descend(1, &own, 3);
    if (value == 3) wali_longjmp(outer, 4);
    return 0;
}

NOINLINE static int nested(void) {
    jump own;
    const int value = wali_setjmp(&own);
    return value == 0 ? inner(&own) : value;
}

static void handler(int signal) { wali_longjmp(&place, signal); }

NOINLINE static int is_blocked(void) {
    u64 mask = 0;
    sys_rt_sigprocmask(0, NULL, &mask, 8);
    return mask >> (SIGUSR1 - 1) & 1;
}

NOINLINE static int from_handler(int savemask) {
    const int value = wali_sigsetjmp(&place, savemask);
    if (value == 0) sys_kill((int)sys_getpid(), SIGUSR1);
    return value == SIGUSR1 ? is_blocked() : -1;
}

// A thread that ends with a robust lock that cannot be written: the fault comes while its functions are still there.
static _Alignas(4096) struct {
    u32 next;
    u32 word;
} lock[512];

static struct {
    u32 first;
    i64 offset;
    u32 pending;
} locks = {.first = (u32)lock, .offset = 4};

static volatile int came_back;

static void end_with_lock(u32 unused) {
    (void)unused;
    came_back = wali_setjmp(&place);
    if (came_back != 0) return;
    lock->next = (u32)&locks;
    lock->word = (u32)sys_gettid();
    sys_set_robust_list(&locks, sizeof locks);
    sys_mprotect(lock, sizeof lock, 1 /* PROT_READ */);
    sys_exit(0);
}

void test(void) {
    CHECK_EQUAL(rounds(), 505);
    CHECK_EQUAL(depth_reached, 0);
    CHECK_EQUAL(places(), 77);
    CHECK_EQUAL(nested(), 4);

    struct {
        u32 handler;
        u32 flags[2];
        u32 restorer;
        u32 mask[2];
    } action = {(u32)handler, {0, 0}, 0, {0, 0}};
    CHECK_EQUAL(sys_rt_sigaction(SIGUSR1, &action, NULL, 8), 0);
    for (int i = 0; i < 100; i++) CHECK_EQUAL(from_handler(1), 0);
    CHECK_EQUAL(from_handler(0), 1);

    CHECK_EQUAL(sys_rt_sigaction(SIGSEGV, &action, NULL, 8), 0);
    thread_start(0, end_with_lock, 0);
    thread_join(0);
    CHECK_EQUAL(came_back, SIGSEGV);
}
