// SPDX-License-Identifier: BSL-1.0
// Calls by command: fcntl, ioctl, prctl; and the door to the process's own memory.
#include "program.h"

WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, u64 argument);
WALI(SYS_ioctl) i64 sys_ioctl(int fd, u32 request, u32 argument);
WALI(SYS_prctl) i64 sys_prctl(int option, u64 a, u64 b, u64 c, u64 d);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_openat2) i64 sys_openat2(int dirfd, const char* path, const void* how, u32 size);
WALI(SYS_creat) i64 sys_creat(const char* path, int mode);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_personality) i64 sys_personality(u32 persona);
WALI(SYS_rt_sigreturn) i64 sys_rt_sigreturn(i64 unused);

#define PATH_AND_DIRECTORY 0x210000  // O_PATH | O_DIRECTORY

struct flock {
    short type, whence;
    int pad;
    i64 start, length;
    int pid, pad2;
};

static void by_command(void) {
    int ends[2];
    int waiting = -1;
    char name[16] = "";
    struct flock lock = {.type = 1};
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], 1, 0), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], 2, 1), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], 1, 0), 1);
    CHECK_EQUAL(sys_fcntl(ends[0], 4, 0x800), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], 3, 0) & 0x800, 0x800);
    CHECK_EQUAL(sys_fcntl(ends[0], 5, 0xfffffff0u), -EFAULT);
    CHECK_EQUAL(sys_fcntl(ends[0], 5, (u64)1 << 32), -EFAULT);
    CHECK_EQUAL(sys_fcntl(ends[0], 4711, 0), -EINVAL);
    CHECK_EQUAL(sys_fcntl(-1, 4711, 0), -EBADF);
    const int file = (int)sys_open("/tmp", 0x410002, 0600);
    CHECK_EQUAL(sys_fcntl(file, 6, (u32)&lock), 0);
    CHECK_EQUAL(sys_fcntl(file, 5, (u32)&lock), 0);
    CHECK_EQUAL(lock.type, 2);

    CHECK_EQUAL(sys_write(ends[1], "abc", 3), 3);
    CHECK_EQUAL(sys_ioctl(ends[0], 0x541b /* FIONREAD */, (u32)&waiting), 0);
    CHECK_EQUAL(waiting, 3);
    CHECK_EQUAL(sys_ioctl(ends[0], 0x541b, 0xfffffff0u), -EFAULT);
    CHECK_EQUAL(sys_ioctl(ends[0], 0x8946 /* SIOCETHTOOL */, (u32)&waiting), -ENOTTY);
    CHECK_EQUAL(sys_ioctl(-1, 0x8946, 0), -EBADF);

    CHECK_EQUAL(sys_prctl(15, (u32) "guest", 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(16, (u32)name, 0, 0, 0), 0);
    CHECK_EQUAL(name[4], 't');
    // What would change the host under the program.
    CHECK_EQUAL(sys_prctl(22 /* PR_SET_SECCOMP */, 1, 0, 0, 0), -EPERM);
    CHECK_EQUAL(sys_prctl(26 /* PR_SET_TSC */, 2, 0, 0, 0), -EPERM);
    CHECK_EQUAL(sys_prctl(35 /* PR_SET_MM */, 0, 0, 0, 0), -EPERM);
    CHECK_EQUAL(sys_prctl(59 /* PR_SET_SYSCALL_USER_DISPATCH */, 0, 0, 0, 0), -EPERM);
    CHECK_EQUAL(sys_personality(0x400000 /* READ_IMPLIES_EXEC */), -EPERM);
    CHECK_EQUAL(sys_personality(0x100000 /* MMAP_PAGE_ZERO */), -EPERM);
    CHECK_EQUAL(sys_personality(0xffffffff), 0);
    CHECK_EQUAL(sys_rt_sigreturn(0), -ENOSYS);
}

// Requests whose structures name addresses by which the kernel would write the host's memory.
static void requests_with_addresses(void) {
    static u8 argument[256];
    const int map = (int)sys_open("/proc/self/pagemap", 0, 0);
    CHECK(map >= 0);
    CHECK_EQUAL(sys_ioctl(map, 0xc0606610 /* PAGEMAP_SCAN */, (u32)argument), -ENOTTY);
    sys_close(map);
    const int maps = (int)sys_open("/proc/self/maps", 0, 0);
    CHECK_EQUAL(sys_ioctl(maps, 0xc0686611 /* PROCMAP_QUERY */, (u32)argument), -ENOTTY);
    sys_close(maps);
}

// Under its own name. The others are in user_memory.c.
static void own_memory(void) {
    CHECK_EQUAL(sys_open("/proc/self/mem", 2, 0), -EACCES);
    CHECK_EQUAL(sys_open("/proc/thread-self/mem", 0, 0), -EACCES);
    CHECK_EQUAL(sys_open("/proc/self/../self/task/../mem", 2, 0), -EACCES);
    CHECK_EQUAL(sys_open("/proc/1/root/proc/self/mem", 2, 0) < 0, 1);
    const int folder = (int)sys_open("/proc/self", PATH_AND_DIRECTORY, 0);
    CHECK(folder >= 0);
    CHECK_EQUAL(sys_openat(folder, "mem", 2, 0), -EACCES);
    // O_PATH gives a descriptor by which it could be opened later: not that either.
    CHECK_EQUAL(sys_open("/proc/self/mem", 0x200000, 0), -EACCES);
    const u64 how[3] = {2, 0, 0};
    CHECK_EQUAL(sys_openat2(-100, "/proc/self/mem", how, sizeof how), -EACCES);
    CHECK_EQUAL(sys_creat("/proc/self/mem", 0), -EACCES);
    const int status = (int)sys_open("/proc/self/status", 0, 0);
    CHECK(status >= 0);
}

void test(void) {
    by_command();
    requests_with_addresses();
    own_memory();
}
