// SPDX-License-Identifier: BSL-1.0
// The host keeps a few descriptors for itself once there are threads. A program that does nothing with numbers which it
// never got does not notice; one that does cannot change them.
#include "program.h"

struct jump {
    u8 bytes[344];
};

WALI(setjmp) __attribute__((returns_twice)) int setjmp(struct jump* env);
WALI(longjmp) _Noreturn void longjmp(const struct jump* env, int value);

static struct jump back;

#include "open_jumps.h"

WALI(SYS_dup) i64 sys_dup(int fd);
WALI(SYS_dup2) i64 sys_dup2(int old, int new);
WALI(SYS_dup3) i64 sys_dup3(int old, int new, int flags);
WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, u64 argument);
WALI(SYS_close_range) i64 sys_close_range(u32 first, u32 last, u32 flags);
WALI(SYS_exit) i64 sys_exit(int status);
WALI(SYS_chroot) i64 sys_chroot(const char* path);
WALI(SYS_mount)
i64 sys_mount(const char* source, const char* target, const char* type, u64 flags, const void* data);

#define EAGAIN 11
#define EMFILE 24
#define ENOTDIR 20

enum { READERS = 16, NUMBERS = 200 };

static const char fifo[] = "wali-descriptors";
static int lowest;
static volatile i64 results[READERS];

static bool is_open(int fd) { return sys_fcntl(fd, 1 /* F_GETFD */, 0) >= 0; }

static int open_null(void) { return (int)sys_open("/dev/null", 2, 0); }

static void do_nothing(u32 unused) { (void)unused; }

static void start_a_thread(void) {
    CHECK(thread_start(0, do_nothing, 0) > 0);
    thread_join(0);
}

// --- handlers, which may have interrupted a call that has just compared numbers ---

static i64 started;

static void start_from_handler(int signal) {
    (void)signal;
    started = thread_start(0, do_nothing, 0);
}

static void jump_from_handler(int signal) {
    (void)signal;
    longjmp(&back, 1);
}

static void send_myself_a_signal(void) { CHECK_EQUAL(sys_kill((int)sys_getpid(), USR1), 0); }

static void the_first_thread_is_started_by_no_handler(void) {
    CHECK_EQUAL(install(USR1, (u32)start_from_handler, 0), 0);
    send_myself_a_signal();
    CHECK_EQUAL(started, -EAGAIN);
    CHECK_EQUAL(install(USR1, (u32)jump_from_handler, NODEFER), 0);
    if (setjmp(&back) == 0) send_myself_a_signal();
    start_a_thread();
}

// --- numbers ---

static void numbers_are_the_lowest(void) {
    for (int i = 0; i < 20; ++i) CHECK_EQUAL(open_null(), lowest + i);
    for (int i = 0; i < 20; ++i) CHECK_EQUAL(sys_close(lowest + i), 0);
}

// How many numbers are the host's: they are open, and nothing changes that.
static int count_hidden(void) {
    int hidden = 0;
    for (int fd = lowest; fd < NUMBERS; ++fd) {
        if (!is_open(fd)) {
            CHECK_EQUAL(sys_dup2(1, fd), fd);
            CHECK_EQUAL(sys_dup3(1, fd, 0), fd);
            CHECK_EQUAL(sys_close(fd), 0);
            continue;
        }
        ++hidden;
        CHECK_EQUAL(sys_dup2(1, fd), -EBADF);
        CHECK_EQUAL(sys_dup3(1, fd, 0), -EBADF);
        CHECK_EQUAL(sys_close(fd), -EBADF);
        CHECK_EQUAL(sys_close_range((u32)fd, (u32)fd, 0), 0);
        CHECK_EQUAL(sys_close_range((u32)fd, (u32)fd, 1), -EINVAL);
        CHECK(is_open(fd));
    }
    return hidden;
}

static void ranges_are_closed_around(void) {
    const int hidden = count_hidden();
    CHECK(hidden > 0);
    for (int i = 0; i < NUMBERS; ++i) sys_dup(1);
    CHECK_EQUAL(sys_close_range(5, 4, 0), -EINVAL);
    CHECK_EQUAL(sys_close_range((u32)lowest, ~0u, 1), -EINVAL);
    CHECK_EQUAL(sys_close_range((u32)lowest, ~0u, 0), 0);
    CHECK_EQUAL(sys_close_range((u32)lowest, ~0u, 2 /* CLOSE_RANGE_UNSHARE */), 0);
    CHECK_EQUAL(count_hidden(), hidden);
    numbers_are_the_lowest();
}

// --- many opens that wait at once ---

// The thread that looks whether all wait could be in the way.
static void open_fifo(u32 reader) {
    do results[reader] = sys_open(fifo, 0, 0);
    while (results[reader] == -EMFILE);
}

// The child has one thread, nothing of the others is in its way, and it may start threads again.
static void release_readers(void) {
    CHECK(open_null() >= 0);
    CHECK(sys_open(fifo, 1 /* O_WRONLY */, 0) >= 0);
    CHECK(thread_start(READERS, do_nothing, 0) > 0);
    CHECK(open_null() >= 0);
    CHECK_EQUAL(sys_open("/proc/self/mem", 2, 0), -EACCES);
}

static void start_readers(void) {
    for (u32 i = 0; i < READERS; ++i) CHECK(thread_start(i, open_fifo, i) > 0);
    // All wait when there is no room for one more.
    for (i64 fd = 0; fd != -EMFILE; sys_sched_yield()) {
        fd = open_null();
        if (fd >= 0) sys_close((int)fd);
    }
}

static void opens_may_wait(void) {
    start_readers();
    CHECK_EQUAL(status_of(release_readers), 0);
    for (u32 i = 0; i < READERS; ++i) {
        while (!threads[i].ended) sys_close((int)sys_open(fifo, 04001 /* O_WRONLY | O_NONBLOCK */, 0));
        CHECK_EQUAL(sys_close((int)results[i]), 0);
    }
    numbers_are_the_lowest();
}

static void end_thread(int signal) {
    (void)signal;
    sys_exit(0);
}

// Handlers that end their thread in the midst of an open.
static void threads_end_in_open(void) {
    CHECK_EQUAL(install(USR2, (u32)end_thread, 0), 0);
    start_readers();
    for (u32 i = 0; i < READERS; ++i)
        while (sys_tgkill((int)sys_getpid(), threads[i].tid, USR2) == 0) sys_sched_yield();
    numbers_are_the_lowest();
}

static void paths_stay(void) {
    CHECK_EQUAL(sys_mount("nothing", "wali-nowhere", "none", 0, NULL), -EPERM);
    CHECK_EQUAL(sys_chroot("/dev/null"), -ENOTDIR);
}

void test(void) {
    lowest = open_null();
    sys_close(lowest);
    for (int fd = 0; fd < NUMBERS; ++fd)
        if (fd >= lowest) sys_close(fd);  // what this test was started with
    CHECK_EQUAL(count_hidden(), 0);
    the_first_thread_is_started_by_no_handler();
    numbers_are_the_lowest();
    ranges_are_closed_around();
    CHECK_EQUAL(sys_mknod(fifo, FIFO, 0), 0);
    opens_may_wait();
    jumps_out_of_open();
    opens_may_wait();
    threads_end_in_open();
    opens_may_wait();
    CHECK_EQUAL(sys_unlink(fifo), 0);
    paths_stay();
}
