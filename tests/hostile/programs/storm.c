// SPDX-License-Identifier: BSL-1.0
//
// storm.wasm SEED CHILDREN PROGRAM: threads that do at once whatever the host has to keep apart: entries of rings that
// change while they are taken, sent signals that are a fault's own and handlers of them that enter rings and grow
// tables and memory, faults that a handler mends, memory that goes away, tables that grow, threads that come and go,
// and children that do the same, end, are killed or execute PROGRAM. Random by SEED, as far as threads let it be.
//
// Nothing is expected of the calls. The program ends with 0 and in silence if nothing that it did not ask for ended
// it or a child, and no memory has changed that nobody named.
#include "ring.h"
#include "signals.h"
#include "threads.h"

WALI(SYS_munmap) i64 sys_munmap(address at, address length);
WALI(SYS_mremap) i64 sys_mremap(address at, address old, address new, int flags, address to);
WALI(SYS_mprotect) i64 sys_mprotect(address at, address length, int protection);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_io_uring_register) i64 sys_io_uring_register(int fd, u32 opcode, void* argument, u32 count);
WALI(SYS_tgkill) i64 sys_tgkill(int process, int thread, int signal);
WALI(SYS_vfork) i64 sys_vfork(void);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* arguments, const void* environment);
WALI(__cl_copy_argv) u32 cl_copy_argv(char* buffer, u32 index);

enum { PAGE = 4096, PAGES = 64, MEMORY_PAGES_MAX = 256, TABLE_MAX = 20000 };
enum { MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32, MREMAP_MAYMOVE = 1 };

static char seed_text[32], children_text[32], program[256];
static _Atomic bool over;
static int process;
static bool has_rings;
static int zero, null, pair[2];
static address playground;  // pages that anybody maps and unmaps, and that the kernel is told to write to
static address faulting;    // pages that only reading them maps, by the handler

// --- what nobody names ---

#define CANARY 0x5eed5eedu
static u32 canary[PAGE];

static void set_canary(void) {
    for (u32 i = 0; i < PAGE; ++i) canary[i] = CANARY + i;
}

static bool canary_is_whole(void) {
    for (u32 i = 0; i < PAGE; ++i)
        if (canary[i] != CANARY + i) return false;
    return true;
}

// --- random numbers, of each thread its own ---

static u32 next_number(u64* state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (u32)(*state >> 16);
}

static u32 below(u64* state, u32 limit) { return next_number(state) % limit; }

static u64 random_of(u32 number) {
    u64 state = (number + 1) * 0x9e3779b97f4a7c15;
    for (const char* digit = seed_text; *digit; ++digit) state = (state ^ (u64)*digit) * 0x100000001b3;
    return state | 1;
}

// --- tables: each thread has its own, and its handlers change it ---

static __externref_t objects[0];

static u32 twice(u32 value) { return value * 2; }
static u32 thrice(u32 value) { return value * 3; }
static u32 (*volatile functions[])(u32) = {twice, thrice};

static void use_tables(u64* random) {
    const u32 size = (u32)__builtin_wasm_table_size(objects);
    const u32 some = below(random, size + 1);
    if (size < TABLE_MAX) __builtin_wasm_table_grow(objects, __builtin_wasm_ref_null_extern(), (int)below(random, 300));
    __builtin_wasm_table_fill(objects, (int)some, __builtin_wasm_ref_null_extern(), (int)(size - some));
    __builtin_wasm_table_copy(objects, objects, (int)some, 0, (int)(size - some));
    for (u32 i = 0; i < 8; ++i) canary[0] += functions[i & 1](i) == i * (2 + (i & 1)) ? 0 : 1;
}

// --- memory ---

static address some_page(u64* random) { return playground + below(random, PAGES) * PAGE; }

static void change_memory(u64* random) {
    const address at = some_page(random);
    const address size = (1 + below(random, 4)) * PAGE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (at + size > playground + PAGES * PAGE) return;
    switch (below(random, 5)) {
        case 0: sys_munmap(at, size); break;
        case 1: sys_mmap(at, size, 3, flags | MAP_FIXED, -1, 0); break;
        case 2: sys_mprotect(at, size, (int)below(random, 4)); break;
        case 3: {
            const i64 moved = sys_mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0);
            if (moved > 0 && (address)moved - playground >= PAGES * PAGE) sys_munmap((address)moved, 2 * PAGE);
            break;
        }
        default:
            if (__builtin_wasm_memory_size(0) < MEMORY_PAGES_MAX) __builtin_wasm_memory_grow(0, 1);
    }
}

// --- rings ---

// In the playground, at the end of memory, behind it.
static u64 some_address(u64* random) {
    switch (below(random, 8)) {
        case 0: return __builtin_wasm_memory_size(0) * 65536 - below(random, 64);
        case 1: return (u64)next_number(random) << 32 | next_number(random) | 0xf0000000;
        default: return some_page(random) + below(random, PAGE);
    }
}

static void submit(u64* random) {
    static const u8 operations[] = {NOP, READ, READV, WRITE, WRITEV, POLL_ADD, SENDMSG, TIMEOUT, CANCEL, OPENAT, STATX};
    const u8 operation = operations[below(random, sizeof operations)];
    struct entry* entry = add(operation, operation == READ || operation == READV ? zero : null, NULL, 0);
    entry->address = some_address(random);
    entry->length = below(random, 3 * PAGE);
    if (operation == READV || operation == WRITEV || operation == TIMEOUT) entry->length = 1 + below(random, 4);
    if (operation == SENDMSG) entry->fd = pair[0];
    if (operation == STATX) entry->offset = some_address(random);
    entry->flags = below(random, 4) == 0 ? LINK : 0;
    enter(1 + below(random, 8), 0);
    while (next().result != -1000) continue;
}

static void make_and_end_a_ring(u64* random) {
    u32 parameters[30] = {0};
    const int fd = (int)sys_io_uring_setup(1 + below(random, 64), parameters);
    if (fd < 0) return;
    u32 vector[2] = {some_page(random), PAGE};
    if (below(random, 2)) sys_io_uring_register(fd, 0 /* IORING_REGISTER_BUFFERS */, vector, 1);
    sys_io_uring_enter(fd, 1, 0, 0, NULL, 0);
    sys_close(fd);
}

static void use_rings(u64* random) {
    if (!has_rings) return;
    if (below(random, 16) == 0)
        make_and_end_a_ring(random);
    else
        submit(random);
}

// --- signals ---

static const int faults[] = {SEGV, BUS, FPE, ILL, USR1};
enum { SIGNALS = sizeof faults / sizeof *faults };

static void do_anything(u64* random) {
    switch (below(random, 3)) {
        case 0: use_rings(random); break;
        case 1: change_memory(random); break;
        default: use_tables(random);
    }
}

static void mend(u32 at) {
    if (at - faulting >= PAGES * PAGE) {
        print(2, "a fault where the program makes none\n");
        sys_exit_group(1);
    }
    sys_mmap(at & ~(address)(PAGE - 1), PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

// What comes from the kernel is a fault, whose access is tried again; the others were sent.
static void on_signal(int signal, struct siginfo* info, void* context) {
    static volatile u32 count;
    (void)context;
    if (signal == SEGV && info->code > 0) {
        mend(info->address);
        return;
    }
    u64 random = random_of(1000 + ++count);
    do_anything(&random);
}

static void handle_signals(void) {
    u64 all = 0;
    for (u32 i = 0; i < SIGNALS; ++i) all |= BIT(faults[i]);
    for (u32 i = 0; i < SIGNALS; ++i) CHECK_EQUAL(install_masked(faults[i], (u32)on_signal, SIGINFO | RESTART, all), 0);
}

// --- children ---

enum { SIGKILL = 9, WAYS = 4 };

static void execute_program(void) {
    const u32 arguments[3] = {(u32)program, (u32) "/dev/null", 0};
    const u32 environment[1] = {0};
    sys_execve(program, arguments, environment);
}

// In a child: ends in one of the ways.
static void be_a_child(u64* random, u32 way) {
    for (u32 i = below(random, 20); i > 0; --i) do_anything(random);
    if (way == 0) execute_program();
    if (way == 1) sys_kill((int)sys_getpid(), SIGKILL);
    sys_exit_group(canary_is_whole() ? 0 : 1);
}

static void fork_one(u64* random) {
    const u32 way = below(random, WAYS);
    const int child = (int)(below(random, 3) == 0 ? sys_vfork() : sys_fork());
    if (child == 0) be_a_child(random, way);
    if (child < 0) return;
    int status = -1;
    while (sys_wait4(child, &status, 0, NULL) == -EINTR) continue;
    CHECK_EQUAL(status, way == 1 ? SIGKILL : 0);
}

// --- threads ---

enum { WORKERS = 3, FAULTER = WORKERS, SENDER, FORKER, STARTER, STARTED };

static void work(u32 number) {
    u64 random = random_of(number);
    while (!over) do_anything(&random);
}

static void fault(u32 number) {
    u64 random = random_of(number);
    while (!over) {
        const address at = faulting + below(&random, PAGES) * PAGE;
        sys_munmap(at, PAGE);
        if (*(volatile u8*)at != 0) canary[1] = 0;
    }
}

static void send(u32 number) {
    u64 random = random_of(number);
    while (!over) {
        const u32 to = below(&random, STARTED + 1);
        const int signal = faults[below(&random, SIGNALS)];
        sys_tgkill(process, to == STARTED ? process : threads[to].tid, signal);
        if (below(&random, 4) == 0) sys_sched_yield();
    }
}

static void fork_often(u32 number) {
    u64 random = random_of(number);
    while (!over) fork_one(&random);
}

static void end_at_once(u32 number) { (void)number; }

static void start_often(u32 number) {
    (void)number;
    while (!over) {
        if (thread_start(STARTED, end_at_once, STARTED) <= 0) continue;
        thread_join(STARTED);
    }
}

static void start(u32 index, void (*function)(u32)) { CHECK(thread_start(index, function, index) > 0); }

// --- all of it ---

static u32 number(const char* text) {
    u32 value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (u32)(*text - '0');
    return value;
}

static address map(void) { return (address)sys_mmap(0, PAGES * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

void test(void) {
    CHECK_EQUAL(cl_copy_argv(seed_text, 1) | cl_copy_argv(children_text, 2) | cl_copy_argv(program, 3), 0);
    process = (int)sys_getpid();
    playground = map();
    faulting = map();
    zero = (int)sys_open("/dev/zero", 0, 0);
    null = (int)sys_open("/dev/null", 1, 0);
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    CHECK(zero > 0 && null > 0);
    u32 parameters[30] = {0};
    has_rings = sys_close((int)sys_io_uring_setup(8, parameters)) == 0;  // not under a policy
    if (has_rings) open_ring();
    set_canary();
    handle_signals();
    for (u32 i = 0; i < WORKERS; ++i) start(i, work);
    start(FAULTER, fault);
    start(SENDER, send);
    start(FORKER, fork_often);
    start(STARTER, start_often);
    if (failures) return;
    u64 random = random_of(STARTED + 1);
    for (u32 i = number(children_text); i > 0 && !failures; --i) fork_one(&random);
    over = true;
    for (u32 i = 0; i < STARTED; ++i) thread_join(i);
    CHECK(canary_is_whole());
}
