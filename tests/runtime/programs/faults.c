// SPDX-License-Identifier: BSL-1.0
// Mistakes that are a trap: the program gets the signal which they would be natively, or is ended by it.
#include "signals.h"
#include "threads.h"

WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 size, int protection, int flags, int fd, i64 offset);
WALI(SYS_mprotect) i64 sys_mprotect(u32 address, u32 size, int protection);
WALI(SYS_munmap) i64 sys_munmap(u32 address, u32 size);
WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_pread64) i64 sys_pread64(int fd, void* buffer, u32 count, i64 offset);
WALI(SYS_vfork) i64 sys_vfork(void);
WALI(SYS_dup3) i64 sys_dup3(int from, int to, int flags);

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
    CHECK_EQUAL(signal_of(not_handled), signal);
    CHECK_EQUAL(signal_of(ignored), signal);
    CHECK_EQUAL(signal_of(blocked), signal);
    CHECK_EQUAL(signal_of(twice), signal);
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
    CHECK_EQUAL(install(SEGV, DFL, 0), 0);
}

static void map_what_follows(int signal, const struct siginfo* info, void* context) {
    CHECK_EQUAL(((volatile u8*)page)[-64], 1);
    map(signal, info, context);
}

// A bulk instruction has changed nothing where it faults, and then does all.
static void mended_before_anything_changed(void) {
    volatile u32 size = 128;
    const u32 first = (u32)sys_mmap(0, 8192, 3, 0x22 /* private, anonymous */, -1, 0);
    page = first + 4096;
    u8* const bytes = (u8*)page - 64;
    bytes[0] = 1;
    CHECK_EQUAL(sys_munmap(page, 4096), 0);
    CHECK_EQUAL(install(SEGV, (u32)map_what_follows, SIGINFO), 0);
    count = 0;
    __builtin_memset(bytes, 7, size);
    CHECK_EQUAL(count, 1);
    for (u32 i = 0; i < size; ++i) CHECK_EQUAL(bytes[i], 7);
    CHECK_EQUAL(sys_munmap(first, 8192), 0);
    CHECK_EQUAL(install(SEGV, DFL, 0), 0);
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
    CHECK_EQUAL(signal_of(once), signal);
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
    CHECK_EQUAL(signal_of(on_the_exhausted), SEGV);
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

// --- a signal where a stack is exhausted ---

static struct shared {
    int depth;
    int deepest;
}* shared;

static int said;  // a file

static bool says(const char* text) {
    static char line[1024];
    const u32 size = length(text);
    const i64 count = sys_pread64(said, line, sizeof line, 0);
    for (i64 at = 0; at + size <= count; ++at) {
        u32 same = 0;
        while (same < size && line[at + same] == text[same]) ++same;
        if (same == size) return true;
    }
    return false;
}

static void to_file(void) { sys_dup3(said, 2, 0); }

// How many calls are left when signals begin: too few for the kernel to begin a handler, or so many that one begins and
// finds no room.
#define FEW 4
#define MANY 400

static int last_calls;
static int self;

static void reach(int depth) {
    shared->depth = depth;
    if (shared->deepest && depth > shared->deepest - last_calls) sys_kill(self, USR1);
}

__attribute__((noinline)) static int deep(int n) {
    reach(n);
    return n == zero - 1 ? 0 : deep(n + 1) * 3 + zero;
}

__attribute__((noinline)) static int deep_in_memory(volatile int* above) {
    volatile int here = *above + 1;
    reach(here);
    return here == 0 ? 0 : deep_in_memory(&here) + here;
}

static void recurse_with_signals(void) {
    volatile int start = 0;
    self = (int)sys_getpid();
    to_file();
    count = wanted_address ? deep_in_memory(&start) : deep(1);
}

static void do_nothing(int signal) { (void)signal; }

static void do_nothing_with(int signal, const struct siginfo* info, void* context) {
    (void)signal;
    (void)info;
    (void)context;
}

static void meeting(bool in_memory, int calls, u32 handler) {
    last_calls = calls;
    wanted_address = in_memory;
    said = (int)sys_memfd_create("stderr", 0);
    shared->deepest = 0;
    CHECK_EQUAL(signal_of(recurse_with_signals), SEGV);
    CHECK(says("call stack exhausted in function deep"));
    shared->deepest = shared->depth;
    CHECK(shared->deepest > MANY);
    CHECK_EQUAL(install(USR1, handler, 0), 0);
    sys_close(said);
    said = (int)sys_memfd_create("stderr", 0);
    CHECK_EQUAL(signal_of(recurse_with_signals), SEGV);
    CHECK(says("call stack exhausted in function "));
    sys_close(said);
}

static void signals_at_the_end(void) {
    shared = (struct shared*)(u32)sys_mmap(0, 4096, 3, 0x21 /* shared, anonymous */, -1, 0);
    meeting(false, FEW, (u32)do_nothing);
    meeting(false, MANY, (u32)do_nothing);
    meeting(true, MANY, (u32)do_nothing);
    meeting(true, MANY, (u32)do_nothing_with);
}

// --- threads, and children of vfork ---

static void fail_in_thread(u32 argument) {
    (void)argument;
    out_of_bounds();
}

static void thread_fails(void) {
    to_file();
    thread_start(0, fail_in_thread, 0);
    thread_join(0);
}

static void child_of_vfork_fails(void) {
    int status = 0;
    to_file();
    const int child = (int)sys_vfork();
    if (child == 0) out_of_bounds();
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status & 127, SEGV);
}

static void in_others(void) {
    said = (int)sys_memfd_create("stderr", 0);
    CHECK_EQUAL(signal_of(thread_fails), SEGV);
    CHECK(says(", called by thread_entry"));
    CHECK_EQUAL(status_of(child_of_vfork_fails), 0);
    sys_close(said);
}

// --- a page 0 that cannot be accessed ---

static volatile int* volatile null;

static void null_pointer(void) { *null = 1; }

static void null_in_thread(u32 argument) {
    (void)argument;
    null_pointer();
}

static void thread_uses_null(void) {
    to_file();
    thread_start(0, null_in_thread, 0);
    thread_join(0);
}

static void null_says(void) {
    to_file();
    null_pointer();
}

static void null_page(void) {
    CHECK_EQUAL(sys_mprotect(0, 4096, 0), 0);
    CHECK(__builtin_wasm_memory_grow(0, 1) != ~0u);
    null = (volatile int*)(u32)zero;
    expect(null_pointer, SEGV, MAPERR, 0);
    said = (int)sys_memfd_create("stderr", 0);
    CHECK_EQUAL(sys_write(said, (void*)8, 4), -EFAULT);
    CHECK_EQUAL(sys_write(said, "x", 1), 1);
    CHECK_EQUAL(sys_pread64(said, (void*)4095, 1, 0), -EFAULT);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, NULL, 8), 0);  // none is none
    CHECK_EQUAL(signal_of(null_says), SEGV);
    CHECK(says("access through a null pointer in function "));
    CHECK_EQUAL(signal_of(thread_uses_null), SEGV);
    exhausted(recurse);
}

void test(void) {
    expect(out_of_bounds, SEGV, MAPERR, bad);
    expect(divide, FPE, 1 /* FPE_INTDIV */, 0);
    expect(overflow, FPE, 1, 0);
    expect(give_up, ILL, 2 /* ILL_ILLOPN */, 0);
    expect(misalign, BUS, 1 /* BUS_ADRALN */, 0);
    expect(past_the_end, BUS, 2 /* BUS_ADRERR */, 0);
    mended();
    mended_before_anything_changed();
    returning(out_of_bounds, SEGV);
    returning(divide, FPE);
    returning(give_up, ILL);
    exhausted(recurse);
    exhausted(recurse_natively);
    CHECK_EQUAL(signal_of(exhaust_the_last), SEGV);
    signals_at_the_end();
    in_others();
    null_page();
}
