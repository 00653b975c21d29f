// SPDX-License-Identifier: BSL-1.0
// Mistakes that are a trap, in a program that handles the signal which they would be natively.
#include "signals.h"

WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 size, int protection, int flags, int fd, i64 offset);
WALI(SYS_mprotect) i64 sys_mprotect(u32 address, u32 size, int protection);
WALI(SYS_munmap) i64 sys_munmap(u32 address, u32 size);
WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_dup3) i64 sys_dup3(int from, int to, int flags);

#define TRAPPED (134 << 8)
#define MAPERR 1
#define ACCERR 2

static volatile u32 bad = 0xfff00000u;
static volatile int zero;
static volatile int count;
static int wanted_signal, wanted_code;
static u32 wanted_address;

static void out_of_bounds(void) { *(volatile int*)bad = 1; }
static void divide(void) { count = 100 / zero; }
static void overflow(void) { count = (int)(-0x7fffffff - 1) / (zero - 1); }
static void give_up(void) { __builtin_trap(); }

static void misalign(void) { count = __atomic_fetch_add((volatile int*)(u32)(zero + 65), 1, __ATOMIC_SEQ_CST); }

static void past_the_end(void) {
    const int file = (int)sys_memfd_create("short", 0);
    bad = (u32)sys_mmap(0, 4096, 3, 1 /* MAP_SHARED */, file, 0);
    wanted_address = bad;
    out_of_bounds();
}

__attribute__((noinline)) static int deeper(volatile int* above) {
    volatile int here = *above + 1;
    return here == 0 ? 0 : deeper(&here) + here;
}

// Uses up the stack in memory,
static void recurse(void) {
    volatile int start = 0;
    deeper(&start);
}

__attribute__((noinline)) static int call_deeper(int n) { return n == zero - 1 ? 0 : call_deeper(n + 1) * 3 + zero; }

// and the native one.
static void recurse_natively(void) { count = call_deeper(1); }

static void (*mistake)(void);

// --- a handler that ends the program ---

static void check_and_end(int signal, const struct siginfo* info, void* context) {
    (void)context;
    CHECK_EQUAL(signal, wanted_signal);
    CHECK_EQUAL(info->signal, signal);
    CHECK_EQUAL(info->code, wanted_code);
    if (wanted_address) CHECK_EQUAL(info->address, wanted_address);
    sys_exit_group(failures ? 1 : 42);
}

static void handled(void) {
    install(wanted_signal, (u32)check_and_end, SIGINFO);
    mistake();
}

static void be_quiet(void) { sys_dup3((int)sys_memfd_create("stderr", 0), 2, 0); }

static void not_handled(void) {
    be_quiet();
    mistake();
}

static void ignored(void) {
    install(wanted_signal, IGN, 0);
    not_handled();
}

static void blocked(void) {
    install(wanted_signal, (u32)check_and_end, SIGINFO);
    block(~0ull);
    not_handled();
}

// Again inside the handler, where the signal is blocked.
static void fail_again(int signal) {
    (void)signal;
    not_handled();
}

static void twice(void) {
    install(wanted_signal, (u32)fail_again, 0);
    mistake();
}

static void expect(void (*body)(void), int signal, int code, u32 address) {
    mistake = body;
    wanted_signal = signal;
    wanted_code = code;
    wanted_address = address;
    CHECK_EQUAL(status_of(handled), 42 << 8);
    CHECK_EQUAL(status_of(not_handled), TRAPPED);
    CHECK_EQUAL(status_of(ignored), TRAPPED);
    CHECK_EQUAL(status_of(blocked), TRAPPED);
    CHECK_EQUAL(status_of(twice), TRAPPED);
}

// --- a handler that returns: the mistake is made again, unless it mended it ---

static u32 page;

static void allow(int signal, const struct siginfo* info, void* context) {
    (void)signal;
    (void)context;
    ++count;
    CHECK_EQUAL(info->code, ACCERR);
    CHECK_EQUAL(sys_mprotect(info->address & ~4095u, 4096, 3), 0);
}

static void map(int signal, const struct siginfo* info, void* context) {
    (void)signal;
    (void)context;
    ++count;
    CHECK_EQUAL(info->code, MAPERR);
    CHECK_EQUAL(sys_mmap(info->address & ~4095u, 4096, 3, 0x32 /* private, fixed, anonymous */, -1, 0), page);
}

static void mended(void) {
    page = (u32)sys_mmap(0, 4096, 1, 0x22 /* private, anonymous */, -1, 0);
    CHECK_EQUAL(install(SEGV, (u32)allow, SIGINFO), 0);
    count = 0;
    *(volatile int*)(page + 8) = 5;
    *(volatile int*)(page + 12) = 6;
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(*(volatile int*)(page + 8), 5);
    CHECK_EQUAL(sys_munmap(page, 4096), 0);
    CHECK_EQUAL(install(SEGV, (u32)map, SIGINFO), 0);
    CHECK_EQUAL(*(volatile int*)(page + 8), 0);
    CHECK_EQUAL(count, 2);
}

static void third_time_ends(int signal) {
    (void)signal;
    if (++count == 3) sys_exit_group(43);
}

static void not_mended(void) {
    count = 0;
    install(wanted_signal, (u32)third_time_ends, 0);
    mistake();
}

static void once(void) {
    be_quiet();
    count = 0;
    install(wanted_signal, (u32)third_time_ends, RESETHAND);
    mistake();
}

static void returning(void (*body)(void), int signal) {
    mistake = body;
    wanted_signal = signal;
    CHECK_EQUAL(status_of(not_mended), 43 << 8);
    CHECK_EQUAL(status_of(once), TRAPPED);
}

// --- an exhausted stack: only with an alternate one ---

static u8 alternate[8192];

static void on_alternate(void) {
    sys_sigaltstack(&(struct stack){(u32)alternate, 0, sizeof alternate}, NULL);
    install(SEGV, (u32)check_and_end, SIGINFO | ONSTACK);
    mistake();
}

static void on_the_exhausted(void) {
    be_quiet();
    install(SEGV, (u32)check_and_end, SIGINFO);
    mistake();
}

static void exhausted(void (*body)(void)) {
    mistake = body;
    wanted_signal = SEGV;
    wanted_code = MAPERR;
    wanted_address = 0;
    CHECK_EQUAL(status_of(on_alternate), 42 << 8);
    CHECK_EQUAL(status_of(on_the_exhausted), TRAPPED);
}

// In a handler of a fault, on the host's stack for that: nothing is left to run on, and the kernel ends the process.
static void recurse_in_handler(int signal) {
    (void)signal;
    install(SEGV, (u32)check_and_end, SIGINFO | ONSTACK | NODEFER);
    recurse_natively();
}

static void exhaust_the_last(void) {
    install(SEGV, (u32)recurse_in_handler, NODEFER);
    out_of_bounds();
}

void test(void) {
    expect(out_of_bounds, SEGV, MAPERR, bad);
    expect(divide, FPE, 1 /* FPE_INTDIV */, 0);
    expect(overflow, FPE, 1, 0);
    expect(give_up, ILL, 2 /* ILL_ILLOPN */, 0);
    expect(misalign, BUS, 1 /* BUS_ADRALN */, 0);
    expect(past_the_end, BUS, 2 /* BUS_ADRERR */, 0);
    mended();
    returning(out_of_bounds, SEGV);
    returning(divide, FPE);
    returning(give_up, ILL);
    exhausted(recurse);
    exhausted(recurse_natively);
    CHECK_EQUAL(status_of(exhaust_the_last) & 127, SEGV);
}
