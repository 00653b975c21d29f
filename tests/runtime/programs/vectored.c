// SPDX-License-Identifier: BSL-1.0
// Calls that take an iovec array: what is moved, and whose error comes first.
#include "program.h"

WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_readv) i64 sys_readv(int fd, const void* iov, int count);
WALI(SYS_writev) i64 sys_writev(int fd, const void* iov, int count);
WALI(SYS_preadv) i64 sys_preadv(int fd, const void* iov, u64 count, i64 low, i64 high);
WALI(SYS_pwritev) i64 sys_pwritev(int fd, const void* iov, u64 count, i64 low, i64 high);
WALI(SYS_preadv2) i64 sys_preadv2(int fd, const void* iov, u64 count, i64 low, i64 high, int flags);
WALI(SYS_pwritev2) i64 sys_pwritev2(int fd, const void* iov, u64 count, i64 low, i64 high, int flags);
WALI(SYS_lseek) i64 sys_lseek(int fd, i64 offset, int whence);
WALI(SYS_vmsplice) i64 sys_vmsplice(int fd, const void* iov, u64 count, u32 flags);
WALI(SYS_process_vm_readv)
i64 sys_process_vm_readv(int pid, const void* local, u64 locals, const void* remote, u64 remotes, u64 flags);
WALI(SYS_getpid) i64 sys_getpid(void);

#define NOWHERE ((void*)0xfffffff0u)
#define FAR 0x123456789LL  // beyond 32 bits
#define APPEND 0x10
#define UNKNOWN_FLAG 0x40000000

struct iovec {
    u32 base, length;
};

static char in[2][4];
static const struct iovec parts[2] = {{(u32) "abc", 3}, {(u32) "def", 3}};
static const struct iovec rooms[2] = {{(u32)in[0], 4}, {(u32)in[1], 4}};

static void at_an_offset(int file) {
    CHECK_EQUAL(sys_pwritev(file, parts, 2, FAR, -1), 6);  // the upper half is shifted out
    CHECK_EQUAL(sys_lseek(file, 0, 2), FAR + 6);
    CHECK_EQUAL(sys_preadv(file, rooms, 2, FAR + 1, 0), 5);
    CHECK_EQUAL(in[0][3], 'e');
    CHECK_EQUAL(in[1][0], 'f');
    CHECK_EQUAL(sys_preadv(file, rooms, 2, -1, 0), -EINVAL);
}

static void with_flags(int file) {
    CHECK_EQUAL(sys_pwritev2(file, parts, 2, 0, 0, APPEND), 6);
    CHECK_EQUAL(sys_lseek(file, FAR + 5, 0), FAR + 5);
    CHECK_EQUAL(sys_preadv2(file, rooms, 2, -1, 0, 0), 7);  // -1: where the file stands
    CHECK_EQUAL(in[0][0], 'f');
    CHECK_EQUAL(in[1][2], 'f');
    CHECK_EQUAL(sys_preadv2(file, rooms, 2, 0, 0, UNKNOWN_FLAG), -95 /* EOPNOTSUPP */);
}

static void splicing(void) {
    static int ends[2];
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_vmsplice(ends[1], parts, 2, 0), 6);
    CHECK_EQUAL(sys_vmsplice(ends[0], rooms, 2, 0), 6);
    CHECK_EQUAL(in[0][3], 'd');
    CHECK_EQUAL(in[1][1], 'f');
    CHECK_EQUAL(sys_vmsplice(ends[1], NOWHERE, 2, 0), -EFAULT);
    CHECK_EQUAL(sys_vmsplice(-1, NOWHERE, 2, 0), -EBADF);
}

static void errors(int file) {
    const struct iovec negative[2] = {{(u32)in, 4}, {(u32)in, 0x80000000u}};
    const struct iovec outside[1] = {{0xfffffff0u, 8}};
    CHECK_EQUAL(sys_readv(file, negative, 2), -EINVAL);
    CHECK_EQUAL(sys_readv(file, outside, 1), 0);  // at the end of the file: nothing to move
    CHECK_EQUAL(sys_writev(file, outside, 1), -EFAULT);
    CHECK_EQUAL(sys_readv(file, NOWHERE, 2), -EFAULT);
    CHECK_EQUAL(sys_readv(file, NOWHERE, 0), 0);
    CHECK_EQUAL(sys_readv(file, rooms, 1025), -EINVAL);
    CHECK_EQUAL(sys_readv(file, rooms, -1), -EINVAL);
    CHECK_EQUAL(sys_preadv(file, rooms, 1025, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_readv(-1, negative, 2), -EBADF);
    CHECK_EQUAL(sys_preadv(-1, NOWHERE, 2, 0, 0), -EBADF);
    CHECK_EQUAL(sys_pwritev2(-1, rooms, 1025, 0, 0, 0), -EBADF);
    CHECK_EQUAL(sys_process_vm_readv((int)sys_getpid(), rooms, 1, outside, 1, 0), -EFAULT);
    CHECK_EQUAL(sys_process_vm_readv((int)sys_getpid(), outside, 1, rooms, 1, 0), -EFAULT);
}

void test(void) {
    const int file = (int)sys_memfd_create("vectored", 0);
    CHECK(file > 2);
    at_an_offset(file);
    with_flags(file);
    splicing();
    errors(file);
}
