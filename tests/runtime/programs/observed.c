// SPDX-License-Identifier: BSL-1.0
// Calls to be observed: the first argument says which, and a second one belongs to it (observer_test.cpp).
#include "signals.h"
#include "threads.h"

WALI(__cl_copy_argv) u32 cl_copy_argv(char* buffer, u32 index);
WALI(__cl_get_argc) u32 cl_get_argc(void);
WALI(SYS_openat) i64 sys_openat(int directory, const char* path, int flags, u32 mode);
WALI(SYS_pipe2) i64 sys_pipe2(int* ends, int flags);
WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(u32 address, u32 length);
WALI(SYS_lseek) i64 sys_lseek(int fd, i64 offset, int whence);
WALI(SYS_socket) i64 sys_socket(int domain, int type, int protocol);
WALI(SYS_bind) i64 sys_bind(int socket, const void* address, u32 size);
WALI(SYS_getppid) i64 sys_getppid(void);
WALI(SYS_getuid) i64 sys_getuid(void);
WALI(SYS_getgid) i64 sys_getgid(void);
WALI(SYS_clock_nanosleep) i64 sys_clock_nanosleep(int clock, int flags, const void* time, void* left);
WALI(SYS_rt_sigsuspend) i64 sys_rt_sigsuspend(const void* set, u32 size);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* argv, const void* envp);
WALI(SYS_pause) i64 sys_pause(void);
WALI(SYS_close_range) i64 sys_close_range(u32 first, u32 last, u32 flags);
WALI(SYS_exit) i64 sys_exit(int status);

#define BAD ((void*)0xfffffff0u)

static char second[4096];

static void arguments(void) {
    int ends[2];
    char buffer[100];
    const struct {
        i64 seconds, nanoseconds;
    } none = {0, 7};
    const u8 address[] = {2, 0, 0, 80, 127, 0, 0, 99};
    sys_openat(-100, "/", 02200000, 0);
    sys_openat(-100, "no\n\33\"file", 01, 0640);
    sys_openat(-100, BAD, 0, 0);
    sys_pipe2(ends, 04000);
    sys_write(ends[1], "forty characters are too many for a line\n", 41);
    sys_read(ends[0], buffer, sizeof buffer);
    sys_read(ends[0], buffer, sizeof buffer);
    sys_write(ends[1], BAD, 32);
    sys_lseek(ends[0], -5, 1);
    sys_munmap((u32)sys_mmap(0, 65536, 3, 0x22, -1, 0), 65536);
    sys_clock_nanosleep(1, 0, &none, NULL);
    sys_bind((int)sys_socket(2, 02000001, 0), address, sizeof address);
    sys_close_range(0, ~0u, 0);  // nothing of the observer's is among them
    sys_getppid();
}

static void in_thread(u32 argument) {
    (void)argument;
    sys_getuid();
}

static void children(void) {
    char* const again[] = {"again", "executed", NULL};
    char* const shell[] = {"sh", second, NULL};
    char* const environment[] = {"PATH=/usr/bin:/bin", NULL};
    thread_start(0, in_thread, 0);
    thread_join(0);
    for (int i = 0; i < 2; ++i) {
        const int child = (int)sys_fork();
        if (child == 0) {
            sys_execve(i == 0 ? "/proc/self/exe" : "/bin/sh", i == 0 ? again : shell, environment);
            sys_exit_group(99);
        }
        sys_wait4(child, NULL, 0, NULL);
    }
}

static void on_signal(u32 signal) {
    (void)signal;
    sys_getppid();
}

// The handler makes a call while another one waits.
static void handler(void) {
    const u64 none = 0;
    install(USR1, (u32)on_signal, 0);
    block(BIT(USR1));
    sys_kill((int)sys_getpid(), USR1);
    sys_rt_sigsuspend(&none, 8);
}

static void killed(void) { sys_kill((int)sys_getpid(), 9); }

static void waiting(void) {
    sys_close((int)sys_openat(-100, second, 1, 0));  // whom this lets go on knows that the program runs
    for (;;) sys_pause();
}

// A child stays when the program has gone; whoever reads from the FIFO then gets its number.
static void leaving(void) {
    const int parent = (int)sys_getpid();
    if (sys_fork() != 0) return;
    while (sys_getppid() == parent) sys_sched_yield();
    const int fifo = (int)sys_openat(-100, second, 1, 0);
    print_number(fifo, sys_getpid());
    sys_close(fifo);
    for (;;) sys_pause();
}

static void opening(void) { sys_openat(-100, second, 0, 0); }

static int same(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

void test(void) {
    char name[100] = "";
    CHECK_EQUAL(cl_copy_argv(name, 1), 0);
    if (cl_get_argc() > 2) CHECK_EQUAL(cl_copy_argv(second, 2), 0);
    if (same(name, "arguments")) arguments();
    if (same(name, "children")) children();
    if (same(name, "handler")) handler();
    if (same(name, "killed")) killed();
    if (same(name, "waiting")) waiting();
    if (same(name, "leaving")) leaving();
    if (same(name, "opening")) opening();
    if (same(name, "pausing"))
        for (;;) sys_pause();
    if (same(name, "executed")) sys_getgid();
    if (same(name, "thread_exit")) sys_exit(3);
}
