// SPDX-License-Identifier: BSL-1.0
//
// For fuzz.c: random numbers, and memory and descriptors for random calls.
#pragma once

#include "program.h"

WALI(SYS_mmap) i64 sys_mmap(u32 at, u32 length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(u32 at, u32 length);
WALI(SYS_mprotect) i64 sys_mprotect(u32 at, u32 length, int prot);
WALI(SYS_dup3) i64 sys_dup3(int from, int to, int flags);
WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, i64 argument);
WALI(SYS_pipe2) i64 sys_pipe2(void* fds, int flags);
WALI(SYS_socket) i64 sys_socket(int domain, int type, int protocol);
WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_eventfd2) i64 sys_eventfd2(u32 count, int flags);
WALI(SYS_epoll_create1) i64 sys_epoll_create1(int flags);
WALI(SYS_timerfd_create) i64 sys_timerfd_create(int clock, int flags);
WALI(SYS_signalfd4) i64 sys_signalfd4(int fd, const void* mask, u32 size, int flags);
WALI(SYS_inotify_init1) i64 sys_inotify_init1(int flags);
WALI(SYS_mq_open) i64 sys_mq_open(const char* name, int flags, u32 mode, const void* attributes);
WALI(SYS_mq_unlink) i64 sys_mq_unlink(const char* name);
WALI(SYS_pidfd_open) i64 sys_pidfd_open(int pid, u32 flags);
WALI(SYS_getpid) i64 sys_getpid(void);

#define PAGE 65536u
#define PROGRAM 0x100000u  // where the program's data begins (CMakeLists.txt), behind a hole
#define ARENA (8 * PAGE)
#define PLAYGROUND (64 * PAGE)

// --- numbers ---

static u64 random_state;

static u32 random_number(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (u32)(random_state >> 16);
}

static u32 below(u32 limit) { return random_number() % limit; }

static void random_seed(u64 seed) {
    random_state = seed * 0x9e3779b97f4a7c15 + 1;
    for (int i = 0; i < 16; ++i) random_number();
}

static u32 edge(void) {
    static const u32 edges[] = {0xffffffff, 0xfffffff8, 0x80000000, 0x7fffffff, 0x10000, 0xffff, 4096, 1024, 1025, 256};
    return edges[below(sizeof edges / sizeof *edges)];
}

// --- memory ---

static u32 arena;       // between two holes, the last page read-only
static u32 playground;  // for calls that map and unmap: above all else

static u32 inside_arena(void) { return arena + (below(4) == 0 ? below(ARENA) : below(ARENA / 8) * 8); }

static u32 pointer(void) {
    const u32 small = below(64);
    switch (below(16)) {
        case 0: return 0;
        case 1: return edge() - small;
        case 2: return arena + ARENA - small;         // into the hole
        case 3: return arena - small;                 // out of the hole
        case 4: return arena + ARENA - PAGE - small;  // onto the page that is read-only
        case 5: return playground + below(PLAYGROUND);
        default: return inside_arena();
    }
}

// Anything that could stand in a structure.
static u32 word(void) {
    u32 value = random_number();
    switch (below(8)) {
        case 0:
        case 1: return 0;
        case 2: return below(64);
        case 3: return edge() + below(3) - 1;
        case 4:
        case 5: return pointer();
        default: return value - PROGRAM < PROGRAM ? 0 : value;
    }
}

static void fill(u32 address, u32 words) {
    if (address < arena || address >= arena + ARENA - PAGE - 4 * words) return;
    for (u32* to = (u32*)(address & ~3u); words > 0; --words) *to++ = word();
}

static void memory_make(void) {
    playground = (u32)sys_mmap(0, PLAYGROUND, 3, 0x22, -1, 0);
    arena = (u32)sys_mmap(0, ARENA + 2 * PAGE, 3, 0x22, -1, 0) + PAGE;
    CHECK(playground > arena && arena > PROGRAM);
    CHECK_EQUAL(sys_munmap(arena - PAGE, PAGE), 0);
    CHECK_EQUAL(sys_munmap(arena + ARENA, PAGE), 0);
    CHECK_EQUAL(sys_munmap(PROGRAM - PAGE, PAGE), 0);
    for (u32 at = arena; at < arena + ARENA - PAGE; at += 1024) fill(at, 256);
    CHECK_EQUAL(sys_mprotect(arena + ARENA - PAGE, PAGE, 1), 0);
}

// --- structures: words by letters ---

static u32 descriptor(void);
static u32 filled(const char* shape);

#define IOVEC "pl"
#define CONTROL "l0s1ff"
#define MESSAGE "plVs0Cl0z"

static u32 fuzz_length(void) { return below(32) == 0 ? edge() : below(300); }

static u32 member(char letter) {
    switch (letter) {
        case '0': return 0;
        case '1': return 1;
        case 'p': return pointer();
        case 'l': return fuzz_length();
        case 's': return below(12);
        case 'f': return descriptor();
        case 'z': return below(8) == 0 ? word() : 0;
        case 'V': return filled(IOVEC IOVEC IOVEC IOVEC IOVEC IOVEC IOVEC IOVEC IOVEC IOVEC);
        case 'C': return filled(CONTROL CONTROL);
        case 'B': return filled(below(2) ? "nn00sfp0l0s0000f" : "nn00sfV0s0s0000f");  // iocb
        case 'K': return below(2) ? -below(8) : below(8);
        default: return word();
    }
}

// A place in the arena with words as the letters say; now and then others, or another place.
static u32 filled(const char* shape) {
    const u32 at = below(16) == 0 ? pointer() : inside_arena();
    const bool free = below(16) == 0;
    u32 words[64];
    u32 count = 0;
    for (; shape[count]; ++count) words[count] = free || below(32) == 0 ? word() : member(shape[count]);
    if (at < arena || at >= arena + ARENA - PAGE - sizeof words) return at;
    for (u32 i = 0; i < count; ++i) ((u32*)(at & ~3u))[i] = words[i];
    return at & ~3u;
}

// --- descriptors: of all kinds, none of which waits ---

enum { FIRST_FD = 10, SOCKETS = 8 };  // the first are sockets

static int fds;
static int pid;
static int pidfd;
static int ipc_segment;
static int ipc_semaphores;

static void keep(i64 fd) {
    if (fd < 0) return;
    sys_fcntl((int)fd, 4 /* F_SETFL */, 04000 /* O_NONBLOCK */);
    sys_dup3((int)fd, FIRST_FD + fds++, 0);
    sys_close((int)fd);
}

static void keep_both(const int pair[2]) {
    keep(pair[0]);
    keep(pair[1]);
}

static i64 open_queue(void) {
    const i64 fd = sys_mq_open("wali-fuzz", 04302 /* O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK */, 0600, NULL);
    sys_mq_unlink("wali-fuzz");
    return fd;
}

static void descriptors_make(void) {
    static int pair[2];
    const u64 signals = 1ull << 39;
    fds = 0;
    pid = (int)sys_getpid();
    for (int type = 1; type <= 2; ++type)
        if (sys_socketpair(1, type, 0, pair) == 0) keep_both(pair);
    keep(sys_socket(2, 1, 0));
    keep(sys_socket(2, 2, 0));
    keep(sys_socket(1, 2, 0));
    keep(sys_socket(16, 3, 0));
    if (sys_pipe2(pair, 0) == 0) keep_both(pair);
    keep(sys_memfd_create("fuzz", 2));
    keep(sys_openat(-100, "/dev/zero", 2, 0));
    keep(sys_openat(-100, "/dev/null", 2, 0));
    keep(sys_openat(-100, "/dev/ptmx", 0x102, 0));
    keep(sys_eventfd2(0, 0));
    keep(sys_epoll_create1(0));
    keep(sys_timerfd_create(1, 0));
    keep(sys_signalfd4(-1, &signals, 8, 0));
    keep(sys_inotify_init1(0));
    keep(open_queue());
    pidfd = FIRST_FD + fds;
    keep(sys_pidfd_open(pid, 0));
}

// Not those of the terminal or the test.
static u32 descriptor(void) {
    const u32 any = word();
    return below(16) == 0 && any > 2 ? any : FIRST_FD + below((u32)fds);
}

static u32 socket(void) { return below(16) == 0 ? descriptor() : FIRST_FD + below(SOCKETS); }
