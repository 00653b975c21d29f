// SPDX-License-Identifier: BSL-1.0
// A hostile program of a user, which tries to open its own memory. While one thread opens a file, another puts that
// memory in the place of what is being opened, and a third one takes what comes out. Without threads, handlers of
// signals look at what an open has just made. None of what they get may be open for reading.
#include "signals.h"
#include "threads.h"
#include "user.h"

WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_open_tree) i64 sys_open_tree(int dirfd, const char* path, u32 flags);
WALI(SYS_dup2) i64 sys_dup2(int old, int new);
WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, u64 argument);
WALI(SYS_pread64) i64 sys_pread64(int fd, void* buffer, u32 count, i64 offset);

enum { ROUNDS = 20000, FAR = 200, MEMORY_BASE = 0x40000000 };

static const char file[] = "/dev/null";
static u64 secret = 0x5ec2e7;

static int memory;  // a descriptor of O_PATH of /proc/self/mem: it cannot be read
static int lowest;  // the first number that an open has to give
static _Atomic bool over;
static _Atomic u32 caught;

static bool shows_memory(int fd) {
    u64 value = 0;
    return sys_pread64(fd, &value, sizeof value, MEMORY_BASE + (i64)(u32)&secret) == sizeof value && value == secret;
}

// Only a number in use, so that the next descriptor of an open is this one.
static void exchange(u32 number) {
    while (!over)
        if (sys_fcntl((int)number, 1 /* F_GETFD */, 0) >= 0) sys_dup2(memory, (int)number);
}

// Among what it tries are the numbers that a host could keep for itself.
static void exchange_all(u32 unused) {
    (void)unused;
    while (!over)
        for (int number = lowest + 3; number < 100; ++number) {
            sys_dup2(memory, number);
            sys_close(number);
        }
}

static void take(u32 unused) {
    (void)unused;
    for (int number = lowest; !over; number = lowest + !(number - lowest)) {
        const int fd = (int)sys_fcntl(number, 0 /* F_DUPFD */, FAR);
        if (fd < 0) continue;
        if (shows_memory(fd)) ++caught;
        sys_close(fd);
    }
}

static void race(void (*exchanger)(u32), u32 argument) {
    over = false;
    CHECK(thread_start(0, exchanger, argument) > 0);
    CHECK(thread_start(1, take, 0) > 0);
    for (u32 round = 0; round < ROUNDS; ++round) {
        const int fd = (int)sys_open(file, 2 /* O_RDWR */, 0);
        if (fd >= 0 && shows_memory(fd)) ++caught;
        for (int number = lowest; number < lowest + 3; ++number) sys_close(number);
    }
    over = true;
    thread_join(0);
    thread_join(1);
    for (int number = lowest; number < 100; ++number) sys_close(number);
}

// --- one thread, and signals, several at once ---

static void look(int signal) {
    (void)signal;
    if (shows_memory(lowest)) ++caught;
}

static const int signals[] = {HUP, USR1, USR2, ALRM};

static void send_signals(int process) {
    for (u32 i = 0;; ++i) sys_kill(process, signals[i % 4]);
}

static void race_with_signals(void) {
    const int parent = (int)sys_getpid();
    for (u32 i = 0; i < 4; ++i) CHECK_EQUAL(install(signals[i], (u32)look, RESTART), 0);
    const int child = (int)sys_fork();
    if (child == 0) send_signals(parent);
    for (u32 round = 0; round < ROUNDS; ++round) CHECK_EQUAL(sys_open("/proc/self/mem", 2, 0), -EACCES);
    CHECK_EQUAL(sys_kill(child, 9), 0);
    CHECK_EQUAL(sys_wait4(child, NULL, 0, NULL), child);
}

void test(void) {
    become_user();
    memory = (int)sys_open_tree(-100, "/proc/self/mem", 0);
    CHECK(memory >= 0);
    CHECK(!shows_memory(memory));
    lowest = (int)sys_open(file, 2 /* O_RDWR */, 0);
    CHECK(lowest > memory);
    sys_close(lowest);
    race_with_signals();
    CHECK_EQUAL(caught, 0);
    race(exchange, (u32)lowest);
    race(exchange, (u32)lowest + 1);
    race(exchange_all, 0);
    CHECK_EQUAL(caught, 0);
}
