// SPDX-License-Identifier: BSL-1.0
// What hosts of WALI are known to get wrong, one case each: calls whose arguments depend on one another. README.md
// lists them all.
#include "cases.h"

WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_sendmsg) i64 sys_sendmsg(int fd, const void* message, int flags);
WALI(SYS_recvmsg) i64 sys_recvmsg(int fd, void* message, int flags);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_eventfd2) i64 sys_eventfd2(u32 value, int flags);
WALI(SYS_epoll_create1) i64 sys_epoll_create1(int flags);
WALI(SYS_epoll_ctl) i64 sys_epoll_ctl(int set, int operation, int fd, const void* event);
WALI(SYS_epoll_pwait) i64 sys_epoll_pwait(int set, void* events, int count, int timeout, const void* mask, u32 size);
WALI(SYS_select) i64 sys_select(int count, void* in, void* out, void* error, const void* timeout);
WALI(SYS_pselect6) i64 sys_pselect6(int count, void* in, void* out, void* error, const void* timeout, const void* mask);
WALI(SYS_ppoll) i64 sys_ppoll(void* fds, u64 count, const void* timeout, const void* mask, u32 size);
WALI(SYS_ioctl) i64 sys_ioctl(int fd, u32 request, u32 argument);
WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, u64 argument);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_ftruncate) i64 sys_ftruncate(int fd, i64 size);
WALI(SYS_stat) i64 sys_stat(const char* path, void* status);
WALI(SYS_fstat) i64 sys_fstat(int fd, void* status);
WALI(SYS_newfstatat) i64 sys_newfstatat(int dirfd, const char* path, void* status, int flags);
WALI(SYS_statx) i64 sys_statx(int dirfd, const char* path, int flags, u32 mask, void* status);
WALI(SYS_futex) i64 sys_futex(void* word, int operation, u32 value, u32 fourth, void* other, u32 last);
WALI(SYS_prctl) i64 sys_prctl(int option, u64 a, u64 b, u64 c, u64 d);
WALI(SYS_getrusage) i64 sys_getrusage(int who, void* usage);
WALI(SYS_sysinfo) i64 sys_sysinfo(void* info);
WALI(SYS_poll) i64 poll_i32(void* fds, u32 count, int timeout);
WALI(SYS_fcntl) i64 fcntl_i32(int fd, int command, u32 argument);
WALI(SYS_lookup_dcookie) void not_served(u64 a, i32 b);

typedef unsigned short u16;

struct iovec {
    u32 base, length;
};

struct msghdr {
    u32 name, namelen, iov;
    i32 iovlen, pad1;
    u32 control, controllen;
    i32 pad2, flags;
};

struct control {
    u32 length, pad;
    i32 level, type, value[4];
};

static i64 send_with(int fd, const void* control, u32 size) {
    const struct iovec part = {(u32) "abcd", 4};
    const struct msghdr message = {.iov = (u32)&part, .iovlen = 1, .control = (u32)control, .controllen = size};
    return sys_sendmsg(fd, &message, 0);
}

CASE(recvmsg_writes_back_name_control_and_flags) {
    int pair[2];
    u8 name[32];
    char bytes[2];
    struct control control;
    CHECK_EQUAL(sys_socketpair(1, 2, 0, pair), 0);
    const struct control sent = {20, 0, 1, 1 /* SCM_RIGHTS */, {pair[0]}};
    CHECK_EQUAL(send_with(pair[0], &sent, 24), 4);
    const struct iovec part = {(u32)bytes, sizeof bytes};
    struct msghdr message = {(u32)name, sizeof name, (u32)&part, 1, -1, (u32)&control, sizeof control, -1, -1};
    CHECK_EQUAL(sys_recvmsg(pair[1], &message, 0), 2);
    CHECK_EQUAL(message.namelen, 0);
    CHECK_EQUAL(message.controllen, 24);
    CHECK_EQUAL(message.flags, 0x20 /* MSG_TRUNC */);
    CHECK_EQUAL(message.iovlen, 1);
    CHECK(control.value[0] > pair[1]);
}

CASE(several_control_messages_pass) {
    int pair[2];
    char bytes[4];
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    const struct control sent[2] = {{20, 0, 1, 1, {pair[0]}}};
    // Two messages at the kernel's alignment of 8: 24 bytes each.
    u8 two[48];
    for (u32 i = 0; i < 24; ++i) two[i] = two[24 + i] = ((const u8*)sent)[i];
    CHECK_EQUAL(send_with(pair[0], two, 48), 4);
    struct control got;
    const struct iovec part = {(u32)bytes, sizeof bytes};
    struct msghdr message = {.iov = (u32)&part, .iovlen = 1, .control = (u32)&got, .controllen = sizeof got};
    CHECK_EQUAL(sys_recvmsg(pair[1], &message, 0), 4);
    CHECK_EQUAL(got.length, 24);
    CHECK_EQUAL(message.flags, 0);
    CHECK(got.value[0] != got.value[1]);
    // Room for the header and half a descriptor: MSG_CTRUNC.
    CHECK_EQUAL(send_with(pair[0], sent, 24), 4);
    message.controllen = 18;
    CHECK_EQUAL(sys_recvmsg(pair[1], &message, 0), 4);
    CHECK_EQUAL(message.flags, 8);
}

struct event {
    u32 events;
    u64 data;
} __attribute__((packed));

CASE(epoll_pwait_returns_many_events) {
    struct event events[20];
    const int set = (int)sys_epoll_create1(0);
    for (u32 i = 0; i < 20; ++i) {
        const struct event event = {1, ((u64)i << 40) + 1};
        CHECK_EQUAL(sys_epoll_ctl(set, 1, (int)sys_eventfd2(1, 0), &event), 0);
        events[i] = (struct event){0, 0};
    }
    CHECK_EQUAL(sys_epoll_pwait(set, events, 20, -1, NULL, 0), 20);
    u64 sum = 0;
    for (u32 i = 0; i < 20; ++i) sum += events[i].data;
    CHECK_EQUAL(sum, (190ull << 40) + 20);
}

CASE(epoll_events_have_12_bytes) {
    u8 events[40];
    for (u32 i = 0; i < sizeof events; ++i) events[i] = 0xaa;
    const int set = (int)sys_epoll_create1(0);
    const struct event event = {1, 0x0102030405060708ull};
    CHECK_EQUAL(sizeof event, 12);
    CHECK_EQUAL(sys_epoll_ctl(set, 1, (int)sys_eventfd2(1, 0), &event), 0);
    CHECK_EQUAL(sys_epoll_pwait(set, events, 3, 0, NULL, 0), 1);
    CHECK_EQUAL(events[0], 1);
    CHECK_EQUAL(events[4], 8);
    CHECK_EQUAL(events[11], 1);
    CHECK_EQUAL(events[12], 0xaa);
}

CASE(pselect6_takes_no_mask) {
    const i64 zero[2] = {0, 0};
    const u64 no_mask[2] = {0, 8};
    CHECK_EQUAL(sys_pselect6(0, NULL, NULL, NULL, zero, NULL), 0);
    CHECK_EQUAL(sys_pselect6(0, NULL, NULL, NULL, zero, no_mask), 0);
    CHECK_EQUAL(sys_pselect6(0, NULL, NULL, NULL, zero, (void*)0xfffffff0u), -EFAULT);
    CHECK_EQUAL(sys_ppoll(NULL, 0, zero, NULL, 0), 0);
}

// The sets have as many bytes as there are descriptors, in longs: nothing behind is touched.
CASE(select_touches_only_the_descriptors_it_was_given) {
    const i64 zero[2] = {0, 0};
    u64 in[2] = {1, ~0ull};
    CHECK(sys_select(1, in, NULL, NULL, zero) >= 0);
    CHECK_EQUAL(in[1], ~0ull);
    CHECK_EQUAL(sys_select(1, (void*)(__builtin_wasm_memory_size(0) * 65536u - 8), NULL, NULL, zero), 0);
}

CASE(ioctl_passes_numbers_as_numbers) {
    int ends[2];
    int waiting = -1;
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_ioctl(ends[0], 0x5451 /* FIOCLEX */, 1), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], 1, 0), 1);
    const int terminal = (int)sys_open("/dev/ptmx", 0x102, 0);
    if (terminal >= 0) {
        CHECK_EQUAL(sys_ioctl(terminal, 0x540b /* TCFLSH */, 2), 0);
        CHECK_EQUAL(sys_ioctl(terminal, 0x540b, 99), -EINVAL);
    }
    CHECK_EQUAL(sys_ioctl(ends[0], 0x541b /* FIONREAD */, (u32)&waiting), 0);
    CHECK_EQUAL(waiting, 0);
    CHECK_EQUAL(sys_ioctl(ends[0], 0x541b, 0xfffffff0u), -EFAULT);
}

struct flock {
    short type, whence;
    int pad;
    i64 start, length;
    int pid, pad2;
};

CASE(fcntl_takes_locks_of_all_kinds) {
    static const int set_commands[] = {6 /* SETLK */, 7 /* SETLKW */, 37 /* OFD_SETLK */, 38 /* OFD_SETLKW */};
    const int fd = (int)sys_memfd_create("file", 0);
    for (u32 i = 0; i < 4; ++i) {
        struct flock lock = {.type = 1, .length = 10};
        CHECK_EQUAL(sys_fcntl(fd, set_commands[i], (u32)&lock), 0);
        lock.type = 2;
        CHECK_EQUAL(sys_fcntl(fd, set_commands[i], (u32)&lock), 0);
        CHECK_EQUAL(sys_fcntl(fd, set_commands[i], 0xfffffff0u), -EFAULT);
    }
    struct flock question = {.type = 1};
    CHECK_EQUAL(sys_fcntl(fd, 36 /* OFD_GETLK */, (u32)&question), 0);
    CHECK_EQUAL(question.type, 2);
    u64 hint = 2;
    CHECK_EQUAL(sys_fcntl(fd, 1036 /* SET_RW_HINT */, (u32)&hint), 0);
    u32 ids[2] = {99, 99};
    CHECK_EQUAL(sys_fcntl(fd, 17 /* GETOWNER_UIDS */, (u32)ids), 0);
    CHECK(ids[0] != 99);
    CHECK_EQUAL(fcntl_i32(fd, 3, 0) & 3, 2);
}

struct status {
    u64 device, inode, links;
    u32 mode, user, group, pad;
    u64 special;
    i64 size, block, blocks;
    i64 times[6];
    i64 unused[3];
};

CASE(stat_has_the_layout_of_x86_64) {
    struct status status[2];
    for (u32 i = 0; i < sizeof status; ++i) ((u8*)status)[i] = 0xaa;
    CHECK_EQUAL(sizeof *status, 144);
    const int fd = (int)sys_memfd_create("file", 0);
    CHECK_EQUAL(sys_ftruncate(fd, 12345), 0);
    CHECK_EQUAL(sys_fstat(fd, status), 0);
    CHECK_EQUAL(status->size, 12345);
    CHECK_EQUAL(status->mode, 0100777);
    CHECK_EQUAL(status[1].device, 0xaaaaaaaaaaaaaaaaull);
    CHECK_EQUAL(sys_stat("/dev/null", status), 0);
    CHECK_EQUAL(status->mode & 0170000, 020000);
    CHECK_EQUAL(status->special, 0x103);
    CHECK_EQUAL(sys_newfstatat(fd, "", status, 0x1000 /* AT_EMPTY_PATH */), 0);
    CHECK_EQUAL(status->size, 12345);
}

CASE(statx_takes_an_empty_path) {
    struct {
        u32 mask, block;
        u64 attributes;
        u32 links, user, group;
        u16 mode, pad;
        u64 inode, size, rest[26];
    } status;
    CHECK_EQUAL(sizeof status, 256);
    const int fd = (int)sys_memfd_create("file", 0);
    CHECK_EQUAL(sys_ftruncate(fd, 54321), 0);
    CHECK_EQUAL(sys_statx(fd, "", 0x1000, 0x7ff, &status), 0);
    CHECK_EQUAL(status.size, 54321);
    CHECK_EQUAL(sys_statx(fd, (const char*)0xfffffff0u, 0, 0x7ff, &status), -EFAULT);
}

CASE(futex_takes_counts_as_numbers) {
    static int words[2];
    const i64 past[2] = {1, 0};
    CHECK_EQUAL(sys_futex(words, 3 /* REQUEUE */, 1, 1, words + 1, 0), 0);
    CHECK_EQUAL(sys_futex(words, 3, 1, 0x7fffffff, words + 1, 0), 0);
    CHECK_EQUAL(sys_futex(words, 3, 1, (u32)-1, words + 1, 0), -EINVAL);
    CHECK_EQUAL(sys_futex(words, 4 /* CMP_REQUEUE */, 1, 1, words + 1, 9), -11 /* EAGAIN */);
    CHECK_EQUAL(sys_futex(words, 5 /* WAKE_OP */, 1, 1, words + 1, 7 << 12), 0);
    CHECK_EQUAL(words[1], 7);
    CHECK_EQUAL(sys_futex(words, 9 /* WAIT_BITSET */, 0, (u32)past, NULL, 1), -110 /* ETIMEDOUT */);
    CHECK_EQUAL(sys_futex(words, 0 /* WAIT */, 0, 0xfffffff0u, NULL, 0), -EFAULT);
}

CASE(prctl_takes_names_as_pointers) {
    char name[16];
    CHECK_EQUAL(sys_prctl(15, (u32) "program", 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(16, (u32)name, 0, 0, 0), 0);
    CHECK_EQUAL(same(name, "program"), 1);
    CHECK_EQUAL(sys_prctl(16, 0xfffffff0u, 0, 0, 0), -EFAULT);
}

CASE(prctl_does_not_change_the_host) {
    CHECK(sys_prctl(35 /* SET_MM */, 1, 0, 0, 0) < 0);
    CHECK(sys_prctl(22 /* SET_SECCOMP */, 1, 0, 0, 0) < 0);
}

CASE(rusage_and_sysinfo_write_what_the_kernel_has) {
    u8 usage[272], info[368];
    for (u32 i = 0; i < sizeof usage; ++i) usage[i] = 0xaa;
    for (u32 i = 0; i < sizeof info; ++i) info[i] = 0xaa;
    CHECK_EQUAL(sys_getrusage(0, usage), 0);
    CHECK(usage[143] != 0xaa);
    CHECK_EQUAL(usage[144], 0xaa);
    CHECK_EQUAL(sys_sysinfo(info), 0);
    CHECK(info[104] != 0xaa);
    CHECK_EQUAL(info[112], 0xaa);
}

CASE(open_flags_are_those_of_x86_64) {
    CHECK_EQUAL(sys_open("/dev/null", 0200000 /* O_DIRECTORY */, 0), -20 /* ENOTDIR */);
    CHECK_EQUAL(sys_open("/proc/self", 0400000 /* O_NOFOLLOW */, 0), -40 /* ELOOP */);
    CHECK(sys_open("/proc/self", 0, 0) >= 0);
    const int hidden = (int)sys_open("/tmp", 020200002 /* O_TMPFILE | O_RDWR */, 0600);
    CHECK(hidden >= 0);
    CHECK_EQUAL(sys_write(hidden, "x", 1), 1);
}

CASE(own_memory_cannot_be_opened) {
    CHECK_EQUAL(sys_open("/proc/self/mem", 2, 0), -EACCES);
    CHECK_EQUAL(sys_open("/proc/thread-self/mem", 0, 0), -EACCES);
    CHECK_EQUAL(sys_open("/proc/self/task/../mem", 0, 0), -EACCES);
}

CASE(calls_link_with_any_integer_types) {
    struct {
        int fd;
        short wanted, ready;
    } poll = {-1, 1, 0};
    CHECK_EQUAL(poll_i32(&poll, 1, 0), 0);
    not_served(1, 2);
}
