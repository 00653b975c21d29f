// SPDX-License-Identifier: BSL-1.0
// A hostile program of a user without privileges: under no name can it open the memory of its process, with which it
// would leave the sandbox, nor that of its parent or of its child.
#include "ring.h"
#include "signals.h"
#include "threads.h"
#include "user.h"

WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_openat2) i64 sys_openat2(int dirfd, const char* path, const void* how, u32 size);
WALI(SYS_open_tree) i64 sys_open_tree(int dirfd, const char* path, u32 flags);
WALI(SYS_symlink) i64 sys_symlink(const char* target, const char* path);
WALI(SYS_unlink) i64 sys_unlink(const char* path);
WALI(SYS_chdir) i64 sys_chdir(const char* path);
WALI(SYS_prctl) i64 sys_prctl(int option, u64 a, u64 b, u64 c, u64 d);
WALI(SYS_unshare) i64 sys_unshare(u64 flags);
WALI(SYS_getppid) i64 sys_getppid(void);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_pipe2) i64 sys_pipe2(void* fds, int flags);

enum { GET_DUMPABLE = 3, SET_DUMPABLE = 4, PATH_ONLY = 0x200000, CLONE_NEWUSER = 0x10000000 };

// "BEFORE" NUMBER "BEHIND"
static const char* numbered(const char* before, i64 number, const char* behind) {
    static char text[64];
    u32 end = 0;
    char digits[20];
    u32 count = 0;
    while (*before) text[end++] = *before++;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0) text[end++] = digits[--count];
    do text[end++] = *behind;
    while (*behind++);
    return text;
}

static void is_closed(const char* path) {
    const u64 how[3] = {2, 0, 0};
    CHECK_EQUAL(sys_open(path, 0, 0), -EACCES);
    CHECK_EQUAL(sys_open(path, 1, 0), -EACCES);
    CHECK_EQUAL(sys_open(path, 2, 0), -EACCES);
    CHECK_EQUAL(sys_openat2(-100, path, how, sizeof how), -EACCES);
}

static void under_its_own_names(void) {
    is_closed("/proc/self/mem");
    is_closed("/proc/thread-self/mem");
    is_closed(numbered("/proc/", sys_getpid(), "/mem"));
    is_closed(numbered("/proc/self/task/", sys_gettid(), "/mem"));
}

// Of these the path says nothing.
static void under_other_names(void) {
    const char* link = numbered("/tmp/wali-user-memory-", sys_getpid(), "");
    CHECK_EQUAL(sys_symlink("/proc/self/mem", link), 0);
    is_closed(link);
    add(OPENAT, -100, link, 0)->operation_flags = 2;
    CHECK_EQUAL(complete(), -EACCES);
    CHECK_EQUAL(sys_unlink(link), 0);
    const int tree = (int)sys_open_tree(-100, "/proc/self/mem", 0);
    CHECK(tree >= 0);
    is_closed(numbered("/proc/self/fd/", tree, ""));
    CHECK_EQUAL(sys_close(tree), 0);
}

static void of_its_parent(void) { is_closed(numbered("/proc/", sys_getppid(), "/mem")); }

static void of_its_child(void) {
    int ends[2];
    char byte;
    CHECK_EQUAL(sys_pipe2(ends, 0), 0);
    const int child = (int)sys_fork();
    if (child == 0) {
        sys_close(ends[1]);
        sys_read(ends[0], &byte, 1);
        sys_exit_group(0);
    }
    is_closed(numbered("/proc/", child, "/mem"));
    sys_close(ends[1]);
    CHECK_EQUAL(sys_wait4(child, NULL, 0, NULL), child);
}

static void of_its_thread(u32 unused) {
    (void)unused;
    under_its_own_names();
}

static void thread_tries(void) {
    CHECK(thread_start(0, of_its_thread, 0) > 0);
    thread_join(0);
}

// What the program asks of this control is its own; the kernel's stays.
static void whatever_it_says_of_being_dumpable(void) {
    CHECK_EQUAL(sys_prctl(GET_DUMPABLE, 0, 0, 0, 0), 1);
    CHECK_EQUAL(sys_prctl(SET_DUMPABLE, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(GET_DUMPABLE, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(SET_DUMPABLE, 2, 0, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_prctl(SET_DUMPABLE, 1, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(GET_DUMPABLE, 0, 0, 0, 0), 1);
    under_its_own_names();
}

// As root of a user namespace of its own, where one may be made.
static void as_root_of_its_namespace(void) {
    if (sys_unshare(CLONE_NEWUSER) == 0) under_its_own_names();
}

// What it may read of itself.
static void the_rest_stays_open(void) {
    static const char* const files[] = {"/proc/self/maps", "/proc/self/status", "/proc/self/exe", "/proc/self/fd"};
    for (u32 i = 0; i < 4; ++i) {
        const int fd = (int)sys_open(files[i], 0, 0);
        CHECK(fd >= 0);
        CHECK_EQUAL(sys_close(fd), 0);
    }
}

static void test_of_root(void) {
    CHECK_EQUAL(sys_chdir("/proc/self"), 0);
    CHECK_EQUAL(sys_open("mem", 2, 0), -EACCES);
    CHECK_EQUAL(status_of(become_user), 0);
}

void test(void) {
    if (sys_geteuid() == 0) {
        test_of_root();
        return;
    }
    under_its_own_names();
    CHECK_EQUAL(status_of(thread_tries), 0);  // before there is a ring: a program has threads or rings
    open_ring();
    under_other_names();
    CHECK_EQUAL(status_of(of_its_parent), 0);
    of_its_child();
    whatever_it_says_of_being_dumpable();
    under_other_names();
    the_rest_stays_open();
    CHECK_EQUAL(status_of(as_root_of_its_namespace), 0);
}
