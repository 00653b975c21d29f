// SPDX-License-Identifier: BSL-1.0
//
// For programs that use Linux's AIO: the calls, and an operation as the kernel reads it.
#pragma once

#include "program.h"

WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_pipe2) i64 sys_pipe2(void* fds, int flags);
WALI(SYS_io_setup) i64 sys_io_setup(u32 events, void* context);
WALI(SYS_io_destroy) i64 sys_io_destroy(u64 context);
WALI(SYS_io_submit) i64 sys_io_submit(u64 context, i64 count, void* operations);
WALI(SYS_io_cancel) i64 sys_io_cancel(u64 context, void* operation, void* result);
WALI(SYS_io_getevents) i64 sys_io_getevents(u64 context, i64 least, i64 most, void* events, void* timeout);
WALI(SYS_io_pgetevents)
i64 sys_io_pgetevents(u64 context, i64 least, i64 most, void* events, void* timeout, void* signals);

enum { PREAD = 0, PWRITE = 1, POLL = 5, PREADV = 7, PWRITEV = 8 };

struct operation {
    u64 data;
    u32 key, flags;
    u16 opcode, priority;
    u32 fd;
    u64 buffer, length;
    i64 offset;
    u64 reserved;
    u32 more_flags, event_fd;
};
