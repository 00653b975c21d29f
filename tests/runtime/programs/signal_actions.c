// SPDX-License-Identifier: BSL-1.0
// What the flags and the mask of an action do: restarted calls, nested and deferred handlers, the alternate stack,
// children, broken pipes, signals that were ignored when the program started.
#include "signals.h"

WALI(SYS_sigaltstack) i64 sys_sigaltstack(const void* stack, void* old);
WALI(SYS_setitimer) i64 sys_setitimer(int which, const void* value, void* old);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* argv, const void* envp);
WALI(__cl_get_argc) int argument_count(void);

#define EPERM 1
#define ECHILD 10
#define EPIPE 32
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define AUTODISARM 0x80000000

static int self;
static int ends[2];
static volatile int depth, deepest, count;

// --- restarted calls ---

static void write_byte(int signal) {
    (void)signal;
    sys_write(ends[1], "x", 1);
}

static void restart(void) {
    const i64 soon[4] = {0, 0, 0, 20000};
    char byte = 0;
    CHECK_EQUAL(install(ALRM, (u32)write_byte, RESTART), 0);
    CHECK_EQUAL(sys_setitimer(0, soon, NULL), 0);
    CHECK_EQUAL(sys_read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(byte, 'x');
}

// --- nesting ---

static void again(int signal) {
    if (++depth > deepest) deepest = depth;
    if (++count < 3) sys_kill(self, signal);
    --depth;
}

static void other(int signal) {
    (void)signal;
    if (++depth > deepest) deepest = depth;
    ++count;
    --depth;
}

static void send_other(int signal) {
    other(signal);
    ++depth;
    sys_kill(self, USR2);
    --depth;
}

static int deepest_of(int signal, u32 handler, u64 flags, u64 mask) {
    depth = deepest = count = 0;
    CHECK_EQUAL(install_masked(signal, handler, flags, mask), 0);
    sys_kill(self, signal);
    return deepest;
}

static void nesting(void) {
    CHECK_EQUAL(deepest_of(USR1, (u32)again, 0, 0), 1);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(deepest_of(USR1, (u32)again, NODEFER, 0), 3);
    CHECK_EQUAL(install(USR2, (u32)other, 0), 0);
    CHECK_EQUAL(deepest_of(USR1, (u32)send_other, 0, 0), 2);
    CHECK_EQUAL(deepest_of(USR1, (u32)send_other, 0, BIT(USR2)), 1);
    CHECK_EQUAL(count, 2);
}

// The same for a signal that the host uses itself.
static void nesting_of_host_signals(void) {
    CHECK_EQUAL(deepest_of(SEGV, (u32)again, 0, 0), 1);
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(deepest_of(SEGV, (u32)again, NODEFER, 0), 3);
    CHECK_EQUAL(deepest_of(SEGV, (u32)send_other, 0, BIT(USR2)), 1);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(install(USR2, (u32)again, 0), 0);
    u64 mask = 0;
    CHECK_EQUAL(sys_rt_sigprocmask(0, NULL, &mask, 8), 0);
    CHECK_EQUAL(mask, 0);
}

static void reset(void) {
    struct action now;
    CHECK_EQUAL(deepest_of(HUP, (u32)other, RESETHAND | RESTART, BIT(USR2) | BIT(9)), 1);
    CHECK_EQUAL(sys_rt_sigaction(HUP, NULL, &now, 8), 0);
    CHECK_EQUAL(now.handler, DFL);
    CHECK_EQUAL(now.flags, RESETHAND | RESTART);
    CHECK_EQUAL(now.mask, BIT(USR2));  // SIGKILL cannot be in it
}

// --- the alternate stack ---

static u8 alternate[16384] __attribute__((aligned(16)));
static u32 frames[2];
static int flags_inside, error_inside;

static int inside(u32 frame) { return frame >= (u32)alternate && frame < (u32)alternate + sizeof alternate; }

static void nested_frame(int signal) {
    volatile u8 local[16];
    (void)signal;
    local[0] = 1;
    frames[1] = (u32)local;
}

static void first_frame(int signal) {
    volatile u8 local[16];
    struct stack now;
    local[0] = 1;
    frames[0] = (u32)local;
    error_inside = (int)sys_sigaltstack(&(struct stack){0, SS_DISABLE, 0}, &now);
    CHECK_EQUAL(sys_sigaltstack(NULL, &now), 0);
    flags_inside = now.flags;
    sys_kill(self, signal == USR1 ? USR2 : ALRM);
}

static void alternate_stack(void) {
    struct stack now;
    CHECK_EQUAL(sys_sigaltstack(&(struct stack){(u32)alternate, 0, sizeof alternate}, NULL), 0);
    CHECK_EQUAL(install(USR1, (u32)first_frame, ONSTACK), 0);
    CHECK_EQUAL(install(USR2, (u32)nested_frame, ONSTACK), 0);
    sys_kill(self, USR1);
    CHECK(inside(frames[0]) && inside(frames[1]) && frames[1] < frames[0]);
    CHECK_EQUAL(error_inside, -EPERM);
    CHECK_EQUAL(flags_inside, SS_ONSTACK);

    CHECK_EQUAL(sys_sigaltstack(&(struct stack){(u32)alternate, (i32)AUTODISARM, sizeof alternate}, NULL), 0);
    sys_kill(self, USR1);
    CHECK(inside(frames[0]) && inside(frames[1]));
    CHECK_EQUAL(error_inside, 0);
    CHECK_EQUAL(flags_inside, SS_DISABLE);
    CHECK_EQUAL(sys_sigaltstack(&(struct stack){0, SS_DISABLE, 0}, &now), 0);
    CHECK_EQUAL(now.flags, (i32)AUTODISARM);
    CHECK_EQUAL(now.size, sizeof alternate);
    CHECK_EQUAL(sys_sigaltstack(&(struct stack){0, 7, 8192}, NULL), -EINVAL);
}

// --- children and pipes ---

static volatile int child_status, child_pid;

static void on_child(int signal, const struct siginfo* info, void* context) {
    (void)context;
    CHECK_EQUAL(info->signal, signal);
    CHECK_EQUAL(info->code, 1 /* CLD_EXITED */);
    child_status = info->status;
    child_pid = info->pid;
}

static void end_with_3(void) { sys_exit_group(3); }
static void nothing(void) {}

static void children(void) {
    int status = 0;
    CHECK_EQUAL(install(CHLD, (u32)on_child, SIGINFO | RESTART), 0);
    const int child = (int)sys_fork();
    if (child == 0) end_with_3();
    while (sys_wait4(child, &status, 0, NULL) == -EINTR) continue;
    CHECK_EQUAL(status, 3 << 8);
    CHECK_EQUAL(child_status, 3);
    CHECK_EQUAL(child_pid, child);

    // Ignored children leave nothing to wait for.
    CHECK_EQUAL(install(CHLD, IGN, 0), 0);
    const int other_child = (int)sys_fork();
    if (other_child == 0) nothing(), sys_exit_group(0);
    CHECK_EQUAL(sys_wait4(other_child, &status, 0, NULL), -ECHILD);
    CHECK_EQUAL(install(CHLD, DFL, 0), 0);
}

static void broken_pipe_ends_it(void) {
    install(PIPE, DFL, 0);
    sys_write(ends[1], "x", 1);
}

static void broken_pipe(void) {
    sys_close(ends[0]);
    depth = deepest = count = 0;
    CHECK_EQUAL(install(PIPE, (u32)other, 0), 0);
    CHECK_EQUAL(sys_write(ends[1], "x", 1), -EPIPE);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(install(PIPE, IGN, 0), 0);
    CHECK_EQUAL(sys_write(ends[1], "x", 1), -EPIPE);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(status_of(broken_pipe_ends_it), PIPE);
}

// --- this program, started by itself with SIGHUP ignored ---

static void start_with_ignored(void) {
    static const char* const arguments[] = {"program", "started with SIGHUP ignored", NULL};
    install(HUP, IGN, 0);
    install(USR1, (u32)other, 0);
    sys_execve("/proc/self/exe", arguments, NULL);
    CHECK(!"started");
}

static void as_started(void) {
    struct action now;
    CHECK_EQUAL(sys_rt_sigaction(HUP, NULL, &now, 8), 0);
    CHECK_EQUAL(now.handler, IGN);
    CHECK_EQUAL(sys_rt_sigaction(USR1, NULL, &now, 8), 0);
    CHECK_EQUAL(now.handler, DFL);
    CHECK_EQUAL(install(HUP, DFL, 0), 0);
    CHECK_EQUAL(sys_rt_sigaction(HUP, NULL, &now, 8), 0);
    CHECK_EQUAL(now.handler, DFL);
}

void test(void) {
    self = (int)sys_getpid();
    if (argument_count() > 1) {
        as_started();
        return;
    }
    CHECK_EQUAL(sys_pipe(ends), 0);
    restart();
    nesting();
    nesting_of_host_signals();
    reset();
    alternate_stack();
    children();
    broken_pipe();
    CHECK_EQUAL(status_of(start_with_ignored), 0);
}
