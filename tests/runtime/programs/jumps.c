// SPDX-License-Identifier: BSL-1.0
// longjmp out of signal handlers, as the compiler lowers it: it throws a wasm exception through the host's frames.
#include "signals.h"

WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_setitimer) i64 sys_setitimer(int which, const void* value, void* old);

#define TIMES 3000      // more than the stack of the handlers has room for
#define TIMES_DEEP 100  // each uses the whole stack

// Of which setjmp.c uses the first part.
struct jump {
    u32 buffer[4];
    u64 mask;
};

int setjmp(struct jump* env) __attribute__((returns_twice));
_Noreturn void longjmp(struct jump* env, int value);

#define save_mask(env) sys_rt_sigprocmask(0, NULL, &(env).mask, 8)
#define restore_mask(env) sys_rt_sigprocmask(2, &(env).mask, NULL, 8)

static struct jump back;
static volatile int taken, depth, inner;

static void jump_back(int signal) { longjmp(&back, signal); }

static void jump_back_with_mask(int signal) {
    restore_mask(back);
    longjmp(&back, signal);
}

__attribute__((noinline)) static void fail(void) { *(volatile int*)(0xfff00000u + (u32)inner) = 1; }
__attribute__((noinline)) static void divide(void) { inner = 100 / inner; }

__attribute__((noinline)) static int deeper(int n) {
    depth = n;
    return n == inner - 1 ? 0 : deeper(n + 1) * 3 + inner;
}

__attribute__((noinline)) static void exhaust(void) { deeper(0); }

__attribute__((noinline)) static void spin(void) {
    const i64 once[4] = {0, 0, 0, 50};
    sys_setitimer(0, once, NULL);
    for (;;) ++inner;
}

static void again_and_again(void (*mistake)(void), int signal, int times) {
    taken = 0;
    inner = 0;
    save_mask(back);
    for (int i = 0; i < times; ++i) {
        const int caught = setjmp(&back);
        if (caught == 0) {
            mistake();
            CHECK(!"reached");
        }
        CHECK_EQUAL(caught, signal);
        ++taken;
    }
    CHECK_EQUAL(taken, times);
}

static void faults(void) {
    CHECK_EQUAL(install(SEGV, (u32)jump_back_with_mask, 0), 0);
    again_and_again(fail, SEGV, TIMES);
    CHECK_EQUAL(install(SEGV, (u32)jump_back, NODEFER), 0);
    again_and_again(fail, SEGV, TIMES);
    CHECK_EQUAL(install(FPE, (u32)jump_back_with_mask, 0), 0);
    again_and_again(divide, FPE, TIMES);
}

static void exhausted_stack(void) {
    static u8 alternate[8192];
    CHECK_EQUAL(sys_sigaltstack(&(struct stack){(u32)alternate, 0, sizeof alternate}, NULL), 0);
    CHECK_EQUAL(install(SEGV, (u32)jump_back_with_mask, ONSTACK), 0);
    again_and_again(exhaust, SEGV, TIMES_DEEP);
    CHECK(depth > 1000);
}

// Out of a loop that makes no call, at any instruction of it.
static void timers(void) {
    CHECK_EQUAL(install(ALRM, (u32)jump_back_with_mask, 0), 0);
    again_and_again(spin, ALRM, TIMES);
}

// As natively, a plain longjmp leaves the signal blocked: the second fault is a trap.
static void fault_twice(void) {
    install(SEGV, (u32)jump_back, 0);
    if (setjmp(&back) == 0) fail();
    sys_close(2);
    fail();
}

void test(void) {
    faults();
    exhausted_stack();
    timers();
    CHECK_EQUAL(signal_of(fault_twice), SEGV);
}
