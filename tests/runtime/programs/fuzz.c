// SPDX-License-Identifier: BSL-1.0
//
// fuzz.wasm SEED PROCESSES: makes calls whose structures the host library reads, with arguments and memory that are
// random or near an edge. Nothing is expected of the results, but the host must go on, and write only where a pointer
// said. Each process is a fork, with descriptors, rings and mappings of its own.
//
// Memory: pointers name the free range at the bottom, the arena, and edges around both. The program itself, with a
// canary, lies behind a hole, and no random value is an address there.
#include "fuzz_calls.h"

WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, int* status, int options, void* usage);
WALI(SYS_setgroups) i64 sys_setgroups(u32 count, const void* list);
WALI(SYS_setresgid) i64 sys_setresgid(u32 real, u32 effective, u32 saved);
WALI(SYS_setresuid) i64 sys_setresuid(u32 real, u32 effective, u32 saved);
WALI(SYS_chdir) i64 sys_chdir(const char* path);
WALI(SYS_rt_sigaction) i64 sys_rt_sigaction(int signal, const void* action, void* old, u32 size);
WALI(SYS_rt_sigprocmask) i64 sys_rt_sigprocmask(int how, const void* set, void* old, u32 size);
WALI(SYS_setitimer) i64 sys_setitimer(int which, const void* value, void* old);
WALI(SYS_shmget) i64 sys_shmget(int key, u32 size, int flags);
WALI(SYS_shmctl) i64 sys_shmctl(int id, int command, void* buffer);
WALI(SYS_semget) i64 sys_semget(int key, int count, int flags);
WALI(SYS_semctl) i64 sys_semctl(int id, int number, int command, u32 argument);
WALI(SYS_keyctl) i64 sys_keyctl(u32 operation, u32 a, u32 b, u32 c, u32 d);
WALI(__cl_copy_argv) u32 cl_copy_argv(char* buffer, u32 index);

#define CALLS 1000  // per process

// --- what must not change ---

#define CANARY 0x5eed5eedu
static u32 canary[16384];

static void set_canary(void) {
    for (u32 i = 0; i < sizeof canary / sizeof *canary; ++i) canary[i] = CANARY + i;
}

static void check_canary(const char* after) {
    for (u32 i = 0; i < sizeof canary / sizeof *canary; ++i)
        if (canary[i] != CANARY + i) {
            print(2, "memory that no pointer named has changed; the last call was ");
            print(2, after);
            print(2, "\n");
            sys_exit_group(1);
        }
}

// --- one process ---

static void on_signal(int signal, void* info, void* context) {
    (void)signal;
    (void)info;
    (void)context;
}

// All signals end calls that wait and are otherwise nothing; one comes again and again.
static void handle_signals(void) {
    const struct {
        u32 handler;
        u64 flags;
        u32 restorer;
        u64 mask;
    } __attribute__((packed)) action = {(u32)on_signal, 4 /* SA_SIGINFO */, 0, 0};
    const i64 interval[4] = {0, 500, 0, 500};
    for (int signal = 1; signal <= 64; ++signal) sys_rt_sigaction(signal, &action, NULL, 8);
    CHECK_EQUAL(sys_setitimer(0, interval, NULL), 0);
}

static void run_process(u64 seed) {
    const u64 none = 0;
    const char* last = "none";
    random_seed(seed);
    memory_make();
    descriptors_make();
    ring_make();
    handle_signals();
    for (int i = 0; i < CALLS; ++i) {
        last = random_call();
        sys_rt_sigprocmask(2 /* SIG_SETMASK */, &none, NULL, 8);
        if (i % 16 == 0) check_canary(last);
    }
    check_canary(last);
    sys_exit_group(failures ? 1 : 0);
}

// --- all of them ---

// As root it could change the machine. Paths of random bytes name nothing here, and nothing can be made.
static void become_harmless(void) {
    sys_setgroups(0, NULL);
    sys_setresgid(65534, 65534, 65534);
    sys_setresuid(65534, 65534, 65534);
    CHECK_EQUAL(sys_chdir("/proc/self/fdinfo"), 0);
    sys_keyctl(1 /* KEYCTL_JOIN_SESSION_KEYRING */, 0, 0, 0, 0);
}

static u64 argument(u32 index) {
    char text[32] = "";
    u64 value = 0;
    CHECK_EQUAL(cl_copy_argv(text, index), 0);
    for (const char* digit = text; *digit >= '0' && *digit <= '9'; ++digit) value = value * 10 + (u64)(*digit - '0');
    return value;
}

void test(void) {
    const u64 seed = argument(1);
    const u64 processes = argument(2);
    become_harmless();
    set_canary();
    ipc_segment = (int)sys_shmget(0, 3 * 4096, 01600);
    ipc_semaphores = (int)sys_semget(0, 3, 01600);
    for (u64 i = 0; i < processes && failures == 0; ++i) {
        int status = -1;
        const i64 child = sys_fork();
        if (child == 0) run_process(seed * 1000003 + i);
        CHECK_EQUAL(sys_wait4((int)child, &status, 0, NULL), child);
        CHECK_EQUAL(status, 0);
        if (failures == 0) continue;
        print(2, "in process ");
        print_number(2, (i64)i);
        print(2, "\n");
    }
    sys_shmctl(ipc_segment, 0 /* IPC_RMID */, NULL);
    sys_semctl(ipc_semaphores, 0, 0 /* IPC_RMID */, 0);
}
