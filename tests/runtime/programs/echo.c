// SPDX-License-Identifier: BSL-1.0
// Prints its arguments and its environment, one per line; the exit code is the number of arguments.
#include "program.h"

WALI(__init) u32 init(void);
WALI(__cl_get_argc) u32 argc(void);
WALI(__cl_get_argv_len) u32 argv_len(u32 index);
WALI(__cl_copy_argv) u32 copy_argv(char* buffer, u32 index);
WALI(__get_init_envfile) u32 envfile(char* buffer, u32 size);
WALI(__proc_exit) void proc_exit(u32 status);
WALI(__wasm_thread_spawn) i32 thread_spawn(u32 function, u32 argument);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 length, int prot, int flags, int fd, i64 offset);
WALI(SYS_lseek) i64 sys_lseek(int fd, i64 offset, int whence);

static char buffer[70000];

static void print_environment(void) {
    static char path[1000];
    CHECK_EQUAL(envfile(path, 4), 0);
    CHECK_EQUAL(envfile((char*)0xfffffff0u, 1000), 0);
    if (envfile(path, sizeof path) == 0) return;
    const int fd = (int)sys_open(path, 0, 0);
    CHECK(fd >= 0);
    const u32 size = (u32)sys_lseek(fd, 0, 2);
    const i64 text = sys_mmap(0, size, 3, 2, fd, 0);
    CHECK(text > 0);
    sys_close(fd);
    sys_write(1, (void*)(u32)text, size);
    // Neither descriptor is left behind.
    CHECK_EQUAL(sys_lseek(3, 0, 0), -EBADF);
    CHECK_EQUAL(sys_lseek(4, 0, 0), -EBADF);
}

void test(void) {
    CHECK_EQUAL(init(), 0);
    const u32 count = argc();
    for (u32 i = 0; i < count; ++i) {
        CHECK(argv_len(i) < sizeof buffer);
        CHECK_EQUAL(copy_argv(buffer, i), 0);
        CHECK_EQUAL(length(buffer), argv_len(i));
        print(1, buffer);
        print(1, "\n");
    }
    CHECK_EQUAL(argv_len(count), 0);
    CHECK_EQUAL(copy_argv(buffer, count), (u32)-1);
    CHECK_EQUAL(copy_argv((char*)0xfffffff0u, 0), (u32)-1);
    CHECK(thread_spawn(0, 0) < 0);
    print_environment();
    proc_exit(failures ? 100 : 256 + count);
}
