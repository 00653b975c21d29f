// SPDX-License-Identifier: BSL-1.0
// All descriptors are the program's, with threads too: numbers, how many opens may wait, and what ends them.
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

enum { READERS = 20, NUMBERS = 200 };

static const char fifo[] = "wali-descriptors";
static int lowest;
static volatile i64 results[READERS];

static int open_null(void) { return (int)sys_open("/dev/null", 2, 0); }

static void do_nothing(u32 unused) { (void)unused; }

static void start_a_thread(void) {
    CHECK(thread_start(0, do_nothing, 0) > 0);
    thread_join(0);
}

// --- numbers ---

static void numbers_are_the_lowest(void) {
    for (int i = 0; i < 20; ++i) CHECK_EQUAL(open_null(), lowest + i);
    for (int i = 0; i < 20; ++i) CHECK_EQUAL(sys_close(lowest + i), 0);
}

static void none_is_taken(void) {
    for (int fd = lowest; fd < NUMBERS; ++fd) {
        CHECK_EQUAL(sys_fcntl(fd, 1 /* F_GETFD */, 0), -EBADF);
        CHECK_EQUAL(sys_dup2(1, fd), fd);
        CHECK_EQUAL(sys_dup3(1, fd, 0), fd);
        CHECK_EQUAL(sys_close(fd), 0);
    }
}

static void ranges_are_closed(void) {
    for (int i = 0; i < NUMBERS; ++i) sys_dup(1);
    CHECK_EQUAL(sys_close_range(5, 4, 0), -EINVAL);
    CHECK_EQUAL(sys_close_range((u32)lowest, ~0u, 1), -EINVAL);
    CHECK_EQUAL(sys_close_range((u32)lowest, ~0u, 0), 0);
    none_is_taken();
}

// --- many opens that wait at once ---

static void open_fifo(u32 reader) { results[reader] = sys_open(fifo, 0, 0); }

// The child has one thread, and it may start threads again.
static void release_readers(void) {
    CHECK(open_null() >= 0);
    CHECK(sys_open(fifo, 1 /* O_WRONLY */, 0) >= 0);
    CHECK(thread_start(READERS, do_nothing, 0) > 0);
    CHECK(open_null() >= 0);
    CHECK_EQUAL(sys_open("/proc/self/mem", 2, 0), -EACCES);
}

static void start_readers(void) {
    for (u32 i = 0; i < READERS; ++i) CHECK(thread_start(i, open_fifo, i) > 0);
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

void test(void) {
    lowest = open_null();
    sys_close(lowest);
    for (int fd = 0; fd < NUMBERS; ++fd)
        if (fd >= lowest) sys_close(fd);  // what this test was started with
    start_a_thread();
    none_is_taken();
    numbers_are_the_lowest();
    ranges_are_closed();
    CHECK_EQUAL(sys_mknod(fifo, FIFO, 0), 0);
    opens_may_wait();
    jumps_out_of_open();
    opens_may_wait();
    threads_end_in_open();
    opens_may_wait();
    CHECK_EQUAL(sys_unlink(fifo), 0);
}
