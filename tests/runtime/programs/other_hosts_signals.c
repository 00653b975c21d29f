// SPDX-License-Identifier: BSL-1.0
// What hosts of WALI are known to get wrong, one case each: signals and processes. README.md lists them all.
#include "cases.h"

WALI(SYS_rt_sigaction) i64 sys_rt_sigaction(int signal, const void* action, void* old, u32 size);
WALI(SYS_rt_sigprocmask) i64 sys_rt_sigprocmask(int how, const void* set, void* old, u32 size);
WALI(SYS_rt_sigreturn) i64 sys_rt_sigreturn(i64 unused);
WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_kill) i64 sys_kill(int pid, int signal);
WALI(SYS_getpid) i64 sys_getpid(void);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_set_tid_address) i64 sys_set_tid_address(void* address);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* arguments, const void* environment);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_exit) void sys_exit_without_result(int status);
WALI(SYS_clone) i64 sys_clone(i64 flags, u32 stack, void* parent, void* child, i64 tls);
WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 length, int protection, int flags, int fd, i64 offset);

enum { HUP = 1, USR1 = 10, SEGV = 11, USR2 = 12, LAST = 64 };
enum { SIGINFO = 4, NODEFER = 0x40000000, RESTART = 0x10000000 };
#define RESETHAND 0x80000000u
#define IGN 0xfffffffeu

struct action {
    u32 handler;
    u64 flags;
    u32 restorer;
    u64 mask;
} __attribute__((packed));

static volatile int count, last, depth, deepest, ends[2];

static void on_signal(int signal) {
    last = signal;
    ++count;
}

static i64 install(int signal, u32 handler, u64 flags, u64 mask) {
    const struct action action = {handler, flags, 0, mask};
    return sys_rt_sigaction(signal, &action, NULL, 8);
}

static void send(int signal) { sys_kill((int)sys_getpid(), signal); }

CASE(sigaction_takes_sets_of_8_bytes_only) {
    u8 old[144];
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, old, 128), -EINVAL);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, old, 8), 0);
    CHECK_EQUAL(sys_rt_sigprocmask(0, NULL, old, 128), -EINVAL);
}

CASE(sigaction_gives_back_what_it_took) {
    struct action old;
    CHECK_EQUAL(install(USR1, (u32)on_signal, RESTART | NODEFER, 0x55), 0);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, &old, 8), 0);
    CHECK_EQUAL(old.handler, (u32)on_signal);
    CHECK_EQUAL(old.flags, RESTART | NODEFER);
    CHECK_EQUAL(old.mask, 0x55);
    CHECK_EQUAL(install(USR1, IGN, 0, 0), 0);
    send(USR1);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, &old, 8), 0);
    CHECK_EQUAL(old.handler, IGN);
    CHECK_EQUAL(count, 0);
}

CASE(a_handler_for_sigsegv_does_not_disturb_the_host) {
    static char byte;
    CHECK_EQUAL(install(SEGV, (u32)on_signal, 0, 0), 0);
    // The host's own copies meet memory that is not there.
    CHECK_EQUAL(sys_rt_sigaction(USR1, (void*)0xfffffff0u, NULL, 8), -EFAULT);
    CHECK_EQUAL(count, 0);
    send(SEGV);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(sys_write(1, &byte, 0), 0);
}

CASE(signals_of_all_numbers_have_handlers) {
    for (int signal = 32; signal <= LAST; ++signal) {
        if (signal == 32 || signal == 33) continue;  // a C library's
        CHECK_EQUAL(install(signal, (u32)on_signal, 0, 0), 0);
        send(signal);
        CHECK_EQUAL(last, signal);
    }
    CHECK_EQUAL(install(65, (u32)on_signal, 0, 0), -EINVAL);
}

CASE(handlers_run_before_the_next_instruction) {
    CHECK_EQUAL(install(USR1, (u32)on_signal, 0, 0), 0);
    send(USR1);
    CHECK_EQUAL(count, 1);
    send(USR1);
    CHECK_EQUAL(count, 2);
}

static void on_siginfo(int signal, const int* info, const void* context) {
    last = signal;
    count += info[0] == signal && info[2] == 0 && info[4] == (int)sys_getpid() && context != NULL;
}

CASE(siginfo_handlers_get_three_arguments) {
    CHECK_EQUAL(install(USR2, (u32)on_siginfo, SIGINFO, 0), 0);
    send(USR2);
    CHECK_EQUAL(count, 1);
}

static void nest(int signal) {
    if (++depth > deepest) deepest = depth;
    if (++count < 3) send(signal);
    --depth;
}

CASE(a_handler_is_not_interrupted_by_its_own_signal) {
    CHECK_EQUAL(install(USR1, (u32)nest, 0, 0), 0);
    send(USR1);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(deepest, 1);
}

CASE(nodefer_lets_a_handler_nest) {
    CHECK_EQUAL(install(USR1, (u32)nest, NODEFER, 0), 0);
    send(USR1);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(deepest, 3);
}

static void send_other(int signal) {
    (void)signal;
    send(USR2);
    CHECK_EQUAL(count, 0);
}

CASE(the_mask_of_an_action_holds_other_signals_back) {
    CHECK_EQUAL(install(USR2, (u32)on_signal, 0, 0), 0);
    CHECK_EQUAL(install(USR1, (u32)send_other, 0, 1u << (USR2 - 1)), 0);
    send(USR1);
    CHECK_EQUAL(count, 1);
}

CASE(resethand_resets_the_programs_action) {
    struct action old;
    CHECK_EQUAL(install(HUP, (u32)on_signal, RESETHAND, 0), 0);
    send(HUP);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(sys_rt_sigaction(HUP, NULL, &old, 8), 0);
    CHECK_EQUAL(old.handler, 0);
}

static void write_byte(int signal) {
    ++count;
    sys_write(ends[1], &signal, 1);
}

// The handler runs although the read is restarted: it writes what the read then finds.
CASE(handlers_run_before_a_call_is_restarted) {
    CHECK_EQUAL(sys_pipe((void*)ends), 0);
    CHECK_EQUAL(install(USR1, (u32)write_byte, RESTART, 0), 0);
    const int parent = (int)sys_getpid();
    const int child = (int)sys_fork();
    if (child == 0) {
        // Until the parent ends it: a signal may come before the read.
        while (sys_kill(parent, USR1) == 0) {
        }
        sys_exit_without_result(0);
    }
    char byte = 0;
    CHECK_EQUAL(sys_read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(byte, USR1);
    CHECK(count >= 1);
    sys_kill(child, 9);
    int status;
    while (sys_wait4(child, &status, 0, NULL) == -EINTR) {
    }
}

CASE(sigaltstack_reports_the_stack_that_was_set) {
    static u8 memory[8192];
    struct {
        u32 base;
        int flags;
        u32 size;
    } stack = {(u32)memory, 0, sizeof memory}, old = {1, 1, 1};
    CHECK_EQUAL(sys_sigaltstack(NULL, &old), 0);
    CHECK_EQUAL(old.flags, 2 /* SS_DISABLE */);
    CHECK_EQUAL(sys_sigaltstack(&stack, &old), 0);
    CHECK_EQUAL(sys_sigaltstack(NULL, &old), 0);
    CHECK_EQUAL(old.base, (u32)memory);
    CHECK_EQUAL(old.size, sizeof memory);
}

CASE(rt_sigreturn_never_reaches_the_kernel) { CHECK(sys_rt_sigreturn(0) < 0); }

CASE(set_tid_address_answers_with_the_thread_id) {
    static int id;
    CHECK_EQUAL(sys_set_tid_address(&id), sys_gettid());
    CHECK_EQUAL(sys_set_tid_address((void*)0xfffffff0u), sys_gettid());
}

CASE(fork_copies_private_memory_and_shares_the_rest) {
    const i64 shared = sys_mmap(0, 4096, 3, 0x21, -1, 0);
    const i64 private = sys_mmap(0, 4096, 3, 0x22, -1, 0);
    const int child = (int)sys_fork();
    if (child == 0) {
        *(volatile int*)(u32)shared = 7;
        *(volatile int*)(u32)private = 7;
        count = 7;
        sys_exit_without_result(5);
    }
    int status = 0;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 5 << 8);
    CHECK_EQUAL(*(volatile int*)(u32)shared, 7);
    CHECK_EQUAL(*(volatile int*)(u32)private, 0);
    CHECK_EQUAL(count, 0);
}

CASE(execve_without_vectors_and_with_bad_ones) {
    const u32 bad[2] = {0xfffffff0u, 0};
    CHECK_EQUAL(sys_execve("/absent", NULL, NULL), -ENOENT);
    CHECK_EQUAL(sys_execve("/bin/true", bad, NULL), -EFAULT);
    CHECK_EQUAL(sys_execve("/bin/true", (void*)0xfffffff0u, NULL), -EFAULT);
    const int child = (int)sys_fork();
    if (child == 0) {
        sys_execve("/bin/true", NULL, NULL);
        sys_exit_without_result(77);
    }
    int status = -1;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 0);
}

CASE(execve_leaves_no_environment_in_files) {
    const char* const environment[2] = {"SECRET=1", NULL};
    char path[40] = "/tmp/wali_env.";
    CHECK_EQUAL(sys_execve("/absent", environment, environment), -ENOENT);
    u32 at = length(path);
    char digits[12];
    u32 size = 0;
    for (i64 pid = sys_getpid(); pid > 0; pid /= 10) digits[size++] = (char)('0' + pid % 10);
    while (size > 0) path[at++] = digits[--size];
    CHECK_EQUAL(sys_open(path, 0, 0), -ENOENT);
}

CASE(exit_may_be_imported_without_a_result) {
    const int child = (int)sys_fork();
    if (child == 0) sys_exit_without_result(300);
    int status = 0;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, (300 & 255) << 8);
}

CASE(clone_makes_no_thread_behind_the_runtimes_back) {
    CHECK(sys_clone(0x10f00 /* VM, FS, FILES, SIGHAND, THREAD */, 4096, NULL, NULL, 0) < 0);
}
