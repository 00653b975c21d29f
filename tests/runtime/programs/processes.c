// SPDX-License-Identifier: BSL-1.0
// fork, execve and waiting.
#include "program.h"

WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* argv, const void* envp);
WALI(SYS_wait4) i64 sys_wait4(int pid, int* status, int options, void* usage);
WALI(SYS_set_tid_address) i64 sys_set_tid_address(int* address);
WALI(SYS_gettid) i64 sys_gettid(void);

static volatile int value = 1;
static const char* const arguments[] = {"sh", "-c", "test \"$WALI_TEST\" = two && exit 7", NULL};
static const char* const environment[] = {"WALI_TEST=two", NULL};

void test(void) {
    int status = 0;
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
