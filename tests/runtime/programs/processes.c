// SPDX-License-Identifier: BSL-1.0
// fork, vfork, execve, execveat and waiting. What the C library makes of them is in tests/sysroot/processes.c.
#include "program.h"

WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_vfork) i64 sys_vfork(void);
WALI(SYS_pipe2) i64 sys_pipe2(int* ends, int flags);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_execveat) i64 sys_execveat(int directory, const char* path, const void* argv, const void* envp, int flags);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* argv, const void* envp);
WALI(SYS_wait4) i64 sys_wait4(int pid, int* status, int options, void* usage);
WALI(SYS_set_tid_address) i64 sys_set_tid_address(int* address);
WALI(SYS_gettid) i64 sys_gettid(void);

static volatile int value = 1;
static const char* const arguments[] = {"sh", "-c", "test \"$WALI_TEST\" = two && exit 7", NULL};
static const char* const environment[] = {"WALI_TEST=two", NULL};

#define O_CLOEXEC 02000000
#define O_NONBLOCK 04000
#define O_DIRECTORY 0200000
#define AT_FDCWD (-100)
#define AT_EMPTY_PATH 0x1000
#define ENOTDIR 20

static int exit_status(i64 child) {
    int status = 0;
    CHECK_EQUAL(sys_wait4((int)child, &status, 0, NULL), child);
    return status;
}

// The parent goes on when the child has ended: what that wrote is there. Memory is the child's own.
static void vforking(void) {
    int ends[2];
    char byte = 0;
    CHECK_EQUAL(sys_pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    const i64 child = sys_vfork();
    if (child == 0) {
        value = 2;
        sys_write(ends[1], "v", 1);
        sys_exit_group(3);
    }
    CHECK_EQUAL(sys_read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(byte, 'v');
    CHECK_EQUAL(value, 1);
    CHECK_EQUAL(exit_status(child), 3 << 8);
    sys_close(ends[0]);
    sys_close(ends[1]);
}

static int executed(int directory, const char* path, int flags) {
    const i64 child = sys_fork();
    if (child == 0) sys_exit_group((int)-sys_execveat(directory, path, arguments, environment, flags));
    return exit_status(child);
}

static void executing_by_descriptor(void) {
    const int folder = (int)sys_open("/bin", O_DIRECTORY | O_CLOEXEC, 0);
    const int shell = (int)sys_open("/bin/sh", O_CLOEXEC, 0);
    CHECK_EQUAL(executed(folder, "sh", 0), 7 << 8);
    CHECK_EQUAL(executed(shell, "", AT_EMPTY_PATH), 7 << 8);
    CHECK_EQUAL(executed(AT_FDCWD, "/bin/sh", 0), 7 << 8);
    CHECK_EQUAL(executed(shell, "sh", 0), ENOTDIR << 8);
    CHECK_EQUAL(executed(-1, "sh", 0), EBADF << 8);
    CHECK_EQUAL(executed(shell, "", 0), ENOENT << 8);
    CHECK_EQUAL(executed(shell, "", AT_EMPTY_PATH | 1), EINVAL << 8);
    sys_close(folder);
    sys_close(shell);
}

void test(void) {
    int status = 0;
    vforking();
    executing_by_descriptor();
    i64 child = sys_fork();
    if (child == 0) {
        value = 2;
        sys_exit_group(value + 3);
    }
    CHECK_EQUAL(sys_wait4((int)child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 5 << 8);
    CHECK_EQUAL(value, 1);

    child = sys_fork();
    if (child == 0) {
        sys_execve("/bin/sh", arguments, environment);
        sys_exit_group(1);
    }
    CHECK_EQUAL(sys_wait4((int)child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 7 << 8);

    CHECK_EQUAL(sys_execve("/nowhere", arguments, NULL), -ENOENT);
    CHECK_EQUAL(sys_execve("/bin/sh", (void*)0xfffffff0u, NULL), -EFAULT);
    CHECK_EQUAL(sys_execve((void*)0xfffffff0u, arguments, NULL), -EFAULT);
    CHECK_EQUAL(sys_set_tid_address(&status), sys_gettid());
}
