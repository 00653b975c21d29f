// SPDX-License-Identifier: BSL-1.0
// Pointers that do not lie in memory give EFAULT; limits of vectored calls.
#include "program.h"

WALI(SYS_readv) i64 sys_readv(int fd, const void* iov, int count);
WALI(SYS_writev) i64 sys_writev(int fd, const void* iov, int count);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_uname) i64 sys_uname(void* buffer);
WALI(SYS_poll) i64 sys_poll(void* fds, u64 count, int timeout);

struct iovec {
    u32 base;
    u32 length;
};

static struct iovec vector[1100];
static int zeros;  // a descriptor that fills what is mapped
static int pipe_ends[2];
static char data[17] = "0123456789abcdef";

static void plain_calls(void) {
    const u32 end = __builtin_wasm_memory_size(0) * 65536u;
    CHECK_EQUAL(sys_read(zeros, (void*)end, 1), -EFAULT);
    CHECK_EQUAL(sys_read(zeros, (void*)0xffffffffu, 1), -EFAULT);
    CHECK_EQUAL(sys_read(zeros, NULL, 1), -EFAULT);
    CHECK_EQUAL(sys_write(pipe_ends[1], (void*)end, 1), -EFAULT);
    CHECK_EQUAL(sys_write(pipe_ends[1], (void*)0xfffffff0u, 0xfffffff0u), -EFAULT);
    CHECK_EQUAL(sys_uname((void*)(end - 8)), -EFAULT);
    CHECK_EQUAL(sys_open((const char*)end, 0, 0), -EFAULT);
    CHECK_EQUAL(sys_poll((void*)(end - 4), 1, 0), -EFAULT);
    // A string that ends with memory is whole; one that does not end is not.
    char* last = (char*)(end - 5);
    last[0] = '/', last[1] = 't', last[2] = 'm', last[3] = 'p', last[4] = '\0';
    const i64 fd = sys_open(last, 0, 0);
    CHECK(fd >= 0);
    sys_close((int)fd);
    last[4] = 'x';
    CHECK_EQUAL(sys_open(last, 0, 0), -EFAULT);
    // A buffer that begins inside and ends outside is filled as far as it goes, as natively.
    CHECK_EQUAL(sys_read(zeros, (void*)(end - 4), 8), 4);
}

static void vectors(void) {
    const u32 end = __builtin_wasm_memory_size(0) * 65536u;
    for (int i = 0; i < 1100; ++i) vector[i] = (struct iovec){(u32)&data[i % 16], i < 1024};
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 1024), 1024);
    CHECK_EQUAL(sys_readv(pipe_ends[0], vector, 1024), 1024);
    CHECK_EQUAL(data[15], 'f');
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 1025), -EINVAL);
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, -1), -EINVAL);
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 0), 0);
    CHECK_EQUAL(sys_writev(-1, vector, 1), -EBADF);
    CHECK_EQUAL(sys_writev(pipe_ends[1], (void*)(end - 4), 1), -EFAULT);
    CHECK_EQUAL(sys_writev(pipe_ends[1], NULL, 1), -EFAULT);
    CHECK_EQUAL(sys_writev(pipe_ends[1], (void*)0xfffffff8u, 2), -EFAULT);
    vector[0] = (struct iovec){end, 4};
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 1), -EFAULT);
    vector[0] = (struct iovec){(u32)data, 0xffffffffu};
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 1), -EINVAL);
    vector[0] = (struct iovec){0, 0};
    CHECK_EQUAL(sys_writev(pipe_ends[1], vector, 2), 1);
}

void test(void) {
    zeros = (int)sys_open("/dev/zero", 0, 0);
    CHECK(zeros >= 0);
    CHECK_EQUAL(sys_pipe(pipe_ends), 0);
    plain_calls();
    vectors();
}
