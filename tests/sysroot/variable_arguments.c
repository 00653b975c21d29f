// SPDX-License-Identifier: BSL-1.0
// Functions that take numbers and pointers of any width as variable arguments: they get what the caller passed, as an
// int, a long or a pointer, whatever the stack holds behind it. Also built natively, where what it expects is known to
// be right.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ulimit.h>
#include <unistd.h>

#include "check.h"

// What lies on the stack where the next call puts its arguments.
__attribute__((noinline)) static void fill_stack(void) {
    volatile unsigned char used[4096];
    for (size_t i = 0; i < sizeof used; i++) used[i] = 0xa5;
}

#define CLEAN_CHECK(condition) \
    do {                       \
        fill_stack();          \
        CHECK(condition);      \
    } while (0)

// --- prctl ---

static void prctl_with_numbers_and_pointers(void) {
    char name[17] = "";
    int value = -1;
    CLEAN_CHECK(!prctl(PR_SET_NAME, "one"));
    CLEAN_CHECK(!prctl(PR_GET_NAME, name) && !strcmp(name, "one"));
    CLEAN_CHECK(!prctl(PR_SET_NAME, "two", 0, 0L, NULL) && !prctl(PR_GET_NAME, name) && !strcmp(name, "two"));
    CLEAN_CHECK(!prctl(PR_SET_CHILD_SUBREAPER, 1) && !prctl(PR_GET_CHILD_SUBREAPER, &value) && value == 1);
    CLEAN_CHECK(!prctl(PR_SET_CHILD_SUBREAPER, 0L) && !prctl(PR_GET_CHILD_SUBREAPER, &value) && value == 0);
    CLEAN_CHECK(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_CAPBSET_READ, 0) >= 0);
    // These refuse whatever is not zero behind their argument, and a capability that does not exist.
    CLEAN_CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CLEAN_CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0L, 0, 0L) == 1);
    CLEAN_CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 5UL, 0, 0) >= 0);
    CLEAN_CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 500, 0, 0) == -1 && errno == EINVAL);

    int (*const pointer)(int, ...) = prctl;
    CLEAN_CHECK(!pointer(PR_SET_NAME, "three") && !pointer(PR_GET_NAME, name) && !strcmp(name, "three"));
    CLEAN_CHECK(pointer(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && pointer(PR_GET_DUMPABLE) == 1);
}

static void a_child_dies_with_its_parent(void) {
    int ends[2];
    CHECK(!pipe(ends));
    const pid_t parent = fork();
    if (parent == 0) {
        if (fork() == 0) {
            fill_stack();
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (write(ends[1], "1", 1) != 1) _exit(1);
            for (;;) pause();
        }
        char byte;
        _exit(read(ends[0], &byte, 1) != 1);
    }
    close(ends[1]);
    CHECK(waitpid(parent, NULL, 0) == parent);
    char byte;
    CHECK(read(ends[0], &byte, 1) == 0);  // ends when nobody has the other end any more
    close(ends[0]);
}

// --- fcntl, ioctl, open ---

static void fcntl_with_numbers_and_pointers(const char* path) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    struct flock other = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 1};
    const int a = open(path, O_RDWR);
    const int b = open(path, O_RDWR);
    CLEAN_CHECK(!fcntl(a, F_OFD_SETLK, &lock));
    CLEAN_CHECK(fcntl(b, F_OFD_SETLK, &other) == -1 && (errno == EAGAIN || errno == EACCES));
    CLEAN_CHECK(!fcntl(b, F_OFD_GETLK, &other) && other.l_type == F_WRLCK && other.l_start == 0 && other.l_len == 10);
    lock.l_type = F_UNLCK;
    CLEAN_CHECK(!fcntl(a, F_OFD_SETLKW, &lock));
    CLEAN_CHECK(fcntl(a, F_GETFD) == 0 && !fcntl(a, F_SETFD, FD_CLOEXEC) && fcntl(a, F_GETFD) == FD_CLOEXEC);
    CLEAN_CHECK(!fcntl(a, F_SETFL, (long)O_APPEND) && (fcntl(a, F_GETFL) & O_APPEND));
    CLEAN_CHECK(fcntl(a, F_DUPFD, 40) == 40 && fcntl(a, F_DUPFD_CLOEXEC, 41L) == 41);
    close(40);
    close(41);

    int ends[2];
    CHECK(!pipe(ends));
    CLEAN_CHECK(fcntl(ends[1], F_SETPIPE_SZ, 8192) == 8192 && fcntl(ends[1], F_GETPIPE_SZ) == 8192);
    CLEAN_CHECK(!fcntl(ends[0], F_SETOWN, -getpgrp()) && fcntl(ends[0], F_GETOWN) == -getpgrp());
    CLEAN_CHECK(!fcntl(ends[0], F_SETSIG, SIGUSR2) && fcntl(ends[0], F_GETSIG) == SIGUSR2);
    int waiting = -1;
    CHECK(write(ends[1], "abc", 3) == 3);
    CLEAN_CHECK(!ioctl(ends[0], FIONREAD, &waiting) && waiting == 3 && !ioctl(ends[0], FIOCLEX));
    close(ends[0]);
    close(ends[1]);
    close(b);
    close(a);
}

// --- semctl ---

union semun_of_posix {
    int val;
    struct semid_ds* buf;
    unsigned short* array;
};

static void semctl_with_a_union_and_without(void) {
    const int id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
    union semun_of_posix argument = {.val = 7};
    CLEAN_CHECK(id >= 0 && !semctl(id, 0, SETVAL, argument) && semctl(id, 0, GETVAL) == 7);
    const short five = 5;
    CLEAN_CHECK(!semctl(id, 0, SETVAL, five) && semctl(id, 0, GETVAL) == 5 && semctl(id, 0, GETVAL, 0) == 5);
    unsigned short values[2] = {0};
    CLEAN_CHECK(!semctl(id, 1, SETVAL, 1L) && !semctl(id, 0, GETALL, values) && values[0] == 5 && values[1] == 1);
    values[0] = 3;
    argument.array = values;
    CLEAN_CHECK(!semctl(id, 0, SETALL, argument) && semctl(id, 0, GETVAL) == 3);
    struct semid_ds status;
    CLEAN_CHECK(!semctl(id, 0, IPC_STAT, &status) && status.sem_nsems == 2);
    int (*const pointer)(int, int, int, ...) = semctl;
    argument.val = 9;
    CLEAN_CHECK(!pointer(id, 0, SETVAL, argument) && pointer(id, 0, GETVAL) == 9);
    CLEAN_CHECK(!semctl(id, 0, IPC_RMID) && semctl(id, 0, GETVAL) == -1);
}

// --- syscall ---

static long call_by_number(long number) {
    __asm__ volatile("" : "+r"(number));  // so that the compiler does not know it
    return number;
}

static void syscall_with_numbers_and_pointers(const char* path) {
    char buffer[16] = "";
    int word = 1;
    errno = 0;
    CLEAN_CHECK(syscall(SYS_close, -1) == -1 && errno == EBADF);
    CLEAN_CHECK(syscall(SYS_getppid) == getppid() && syscall(SYS_gettid, 0L, 0L) == gettid());
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
    CLEAN_CHECK(fd >= 0 && syscall(SYS_pwrite64, fd, "0123456789", 10, 0) == 10);
    CLEAN_CHECK(syscall(SYS_lseek, fd, 4, SEEK_SET) == 4 && syscall(SYS_read, fd, buffer, 3L) == 3);
    CLEAN_CHECK(!strcmp(buffer, "456") && syscall(SYS_ftruncate, fd, 5000000000) == 0);
    struct stat status;
    CLEAN_CHECK(!syscall(SYS_fstat, fd, &status) && status.st_size == 5000000000);
    CLEAN_CHECK(syscall(SYS_futex, &word, 1 /* FUTEX_WAKE */, 1L, NULL, NULL, 0) == 0);

    CLEAN_CHECK(syscall(call_by_number(SYS_getpid)) == getpid());
    CLEAN_CHECK(syscall(call_by_number(SYS_lseek), fd, 5, SEEK_SET) == 5);
    CLEAN_CHECK(syscall(call_by_number(SYS_pread64), fd, buffer, 2, 7) == 2 && !strncmp(buffer, "78", 2));
    CLEAN_CHECK(syscall(call_by_number(100000), 1, 2, 3) == -1 && errno == ENOSYS);
    CLEAN_CHECK(syscall(call_by_number(-1)) == -1 && errno == ENOSYS);

    long (*const pointer)(long, ...) = syscall;
    CLEAN_CHECK(pointer(SYS_getpid) == getpid() && pointer(SYS_lseek, fd, 6L, SEEK_SET) == 6);
    CLEAN_CHECK(pointer(SYS_read, fd, buffer, 1) == 1 && buffer[0] == '6');
    CLEAN_CHECK(syscall(SYS_close, fd) == 0 && fcntl(fd, F_GETFD) == -1);
}

// --- ulimit ---

static void ulimit_with_an_int_and_a_long(void) {
    const pid_t child = fork();
    if (child == 0) {
        fill_stack();
        int right = ulimit(UL_SETFSIZE, 1L << 33) == 1L << 33 && ulimit(UL_GETFSIZE) == 1L << 33;
        fill_stack();
        right &= ulimit(UL_SETFSIZE, 1000) == 1000 && ulimit(UL_GETFSIZE) == 1000;
        _exit(right ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void) {
    char path[] = "/tmp/wali-variable-arguments-XXXXXX";
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && !close(fd));
    prctl_with_numbers_and_pointers();
    a_child_dies_with_its_parent();
    fcntl_with_numbers_and_pointers(path);
    semctl_with_a_union_and_without();
    syscall_with_numbers_and_pointers(path);
    ulimit_with_an_int_and_a_long();
    CHECK(!unlink(path));
    if (failures == 0) puts("ok");
    return failures != 0;
}
