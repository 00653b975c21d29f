// SPDX-License-Identifier: BSL-1.0
//
// For programs whose test is about a user without privileges: started by root, they start themselves again as one.
#pragma once

#include "program.h"

WALI(SYS_geteuid) i64 sys_geteuid(void);
WALI(SYS_setgroups) i64 sys_setgroups(u32 count, const void* groups);
WALI(SYS_setresgid) i64 sys_setresgid(u32 real, u32 effective, u32 saved);
WALI(SYS_setresuid) i64 sys_setresuid(u32 real, u32 effective, u32 saved);
WALI(SYS_execve) i64 sys_execve(const char* path, const void* arguments, const void* environment);

enum { NOBODY = 65534 };

// Does not return to root, whose exit code is the user's.
static void become_user(void) {
    const u32 arguments[] = {(u32) "user", 0};
    if (sys_geteuid() != 0) return;
    CHECK_EQUAL(sys_setgroups(0, NULL), 0);
    CHECK_EQUAL(sys_setresgid(NOBODY, NOBODY, NOBODY), 0);
    CHECK_EQUAL(sys_setresuid(NOBODY, NOBODY, NOBODY), 0);
    CHECK_EQUAL(sys_execve("/proc/self/exe", arguments, NULL), 0);
    sys_exit_group(1);
}
