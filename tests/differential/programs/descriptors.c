// SPDX-License-Identifier: BSL-1.0
// Copies of descriptors, their flags, and closing many at once.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(close, int);
DECLARE(dup, int);
DECLARE(dup2, int, int);
DECLARE(dup3, int, int, int);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(lseek, int, long, int);
DECLARE(close_range, unsigned, unsigned, unsigned);
DECLARE(memfd_create, const char*, unsigned);
DECLARE(setrlimit, int, const struct rlimit*);
DECLARE(write, int, const void*, size_t);

static void copies(int fd) {
    const int copy = (int)TRY(dup, fd);
    TRY(lseek, fd, 5, SEEK_SET);
    TRY(lseek, copy, 0, SEEK_CUR);
    TRY(dup, 99);
    TRY(dup, -1);
    TRY(dup2, fd, 10);
    TRY(dup2, fd, fd);
    TRY(dup2, 99, 99);
    TRY(dup2, 99, 5);
    TRY(dup2, fd, -1);
    TRY(dup2, fd, 1 << 30);
    TRY(dup3, fd, 11, O_CLOEXEC);
    TRY(fcntl, 11, F_GETFD, 0);
    TRY(fcntl, 10, F_GETFD, 0);
    TRY(dup3, fd, fd, 0);
    TRY(dup3, fd, 12, 0x100);
    TRY(dup3, 99, 12, 0);
    TRY(dup3, fd, -5, 0);
}

static void flags(int fd) {
    TRY(fcntl, fd, F_DUPFD, 20);
    TRY(fcntl, fd, F_DUPFD_CLOEXEC, 20);
    TRY(fcntl, 21, F_GETFD, 0);
    TRY(fcntl, fd, F_DUPFD, -1);
    TRY(fcntl, fd, F_DUPFD, 1 << 30);
    TRY(fcntl, fd, F_SETFD, 1);
    TRY(fcntl, fd, F_GETFD, 0);
    TRY(fcntl, fd, F_GETFL, 0);
    TRY(fcntl, fd, F_SETFL, O_APPEND | O_NONBLOCK);
    TRY(fcntl, fd, F_GETFL, 0);
    TRY(fcntl, fd, F_SETFL, 0);
    TRY(fcntl, fd, 4711, 0);
    TRY(fcntl, 99, F_GETFD, 0);
    TRY(fcntl, 99, 4711, 0);
    TRY(fcntl, fd, F_NOTIFY, 0);
    TRY(fcntl, fd, F_GETPIPE_SZ, 0);
    TRY(fcntl, fd, F_GETSIG, 0);
    TRY(fcntl, fd, F_SETSIG, 10);
    TRY(fcntl, fd, F_GETSIG, 0);
    TRY(fcntl, fd, F_SETSIG, 100);
    unsigned long long hint = 2;
    TRY(fcntl, fd, 1036 /* F_SET_RW_HINT */, (uintptr_t)&hint);
    hint = 99;
    TRY(fcntl, fd, 1035 /* F_GET_RW_HINT */, (uintptr_t)&hint);
    SHOW(hint);
    hint = 99;
    TRY(fcntl, fd, 1036, (uintptr_t)&hint);
    TRY(fcntl, fd, 1035, (uintptr_t)BAD);
    const int path = (int)TRY(open, "file", O_PATH, 0);
    TRY(fcntl, path, F_GETFL, 0);
    TRY(fcntl, path, F_SETFL, 0);
    TRY(write, path, "x", 1);
    TRY(close, path);
}

static void memory_files(void) {
    const int fd = (int)TRY(memfd_create, "name", 3 /* CLOEXEC, ALLOW_SEALING */);
    TRY(fcntl, fd, F_GETFD, 0);
    TRY(write, fd, "12345", 5);
    TRY(fcntl, fd, F_GET_SEALS, 0);
    TRY(fcntl, fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK);
    TRY(write, fd, "6", 1);
    TRY(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL);
    TRY(lseek, fd, 0, SEEK_SET);
    TRY(write, fd, "6", 1);
    TRY(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE);
    TRY(fcntl, fd, F_GET_SEALS, 0);
    const int plain = (int)TRY(memfd_create, "", 0);
    TRY(fcntl, plain, F_ADD_SEALS, F_SEAL_WRITE);
    TRY(memfd_create, "x", 0x8000);
    TRY(memfd_create, BAD, 0);
    TRY(memfd_create, NULL, 0);
    TRY(fcntl, 0, F_GET_SEALS, 0);
    TRY(close, plain);
    TRY(close, fd);
}

int main(void) {
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    copies(fd);
    flags(fd);
    memory_files();
    TRY(close_range, 20, 21, 0);
    TRY(fcntl, 20, F_GETFD, 0);
    TRY(close_range, 10, 9, 0);
    TRY(close_range, 10, 11, 0x100);
    TRY(close_range, 10, 11, 4 /* CLOEXEC */);
    TRY(fcntl, 10, F_GETFD, 0);
    TRY(close_range, 3, ~0u, 0);
    TRY(fcntl, fd, F_GETFD, 0);
    const struct rlimit few = {5, 5};
    TRY(setrlimit, RLIMIT_NOFILE, &few);
    TRY(dup, 0);
    TRY(dup, 0);
    TRY(dup, 0);
    TRY(dup2, 0, 5);
    TRY(open, "file", O_RDONLY, 0);
    return 0;
}
