// SPDX-License-Identifier: BSL-1.0
// Locks on files, of all three kinds, against a second process; leases and owners.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(flock, int, int);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);
DECLARE(exit_group, int);

static struct flock lock(int type, long start, long length) {
    return (struct flock){.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static void show(const struct flock* found) {
    SHOW(found->l_type);
    SHOW(found->l_start);
    SHOW(found->l_len);
    SHOW(found->l_pid == getppid());
    SHOW(found->l_pid);
}

/// What a second process sees of the locks on "file".
static void other_process(int read_pid) {
    const int child = (int)CALL(fork);
    if (child == 0) {
        const int fd = (int)TRY(open, "file", O_RDWR, 0);
        struct flock query = lock(F_WRLCK, 0, 0);
        TRY(fcntl, fd, F_GETLK, (uintptr_t)&query);
        SHOW(query.l_type);
        SHOW(query.l_start);
        SHOW(query.l_len);
        SHOW(query.l_pid == (read_pid ? getppid() : -1));
        struct flock first = lock(F_WRLCK, 0, 1), inside = lock(F_RDLCK, 12, 1);
        TRY(fcntl, fd, F_SETLK, (uintptr_t)&first);
        TRY(fcntl, fd, F_SETLK, (uintptr_t)&inside);
        TRY(fcntl, fd, F_OFD_SETLK, (uintptr_t)&inside);
        TRY(flock, fd, LOCK_EX | LOCK_NB);
        TRY(flock, fd, LOCK_SH | LOCK_NB);
        CALL(exit_group, 0);
    }
    int status;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

int main(void) {
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    struct flock whole = lock(F_WRLCK, 10, 10);
    TRY(fcntl, fd, F_SETLK, (uintptr_t)&whole);
    other_process(1);
    struct flock none = lock(F_UNLCK, 0, 0);
    TRY(fcntl, fd, F_SETLKW, (uintptr_t)&none);
    other_process(1);

    struct flock open_file = lock(F_RDLCK, 12, 5);
    TRY(fcntl, fd, F_OFD_SETLK, (uintptr_t)&open_file);
    other_process(0);
    const int second = (int)TRY(open, "file", O_RDWR, 0);
    struct flock wanted = lock(F_WRLCK, 0, 0);
    TRY(fcntl, second, F_OFD_GETLK, (uintptr_t)&wanted);
    show(&wanted);
    wanted = lock(F_WRLCK, 0, 0);
    TRY(fcntl, second, F_OFD_SETLK, (uintptr_t)&wanted);
    TRY(fcntl, fd, F_OFD_SETLKW, (uintptr_t)&none);
    TRY(fcntl, second, F_OFD_SETLKW, (uintptr_t)&wanted);
    wanted.l_pid = 1;
    TRY(fcntl, second, F_OFD_SETLK, (uintptr_t)&wanted);
    TRY(fcntl, second, F_OFD_SETLK, (uintptr_t)&none);

    struct flock wrong = lock(99, 0, 0);
    TRY(fcntl, fd, F_SETLK, (uintptr_t)&wrong);
    wrong = lock(F_RDLCK, -5, 1);
    TRY(fcntl, fd, F_SETLK, (uintptr_t)&wrong);
    TRY(fcntl, fd, F_SETLK, (uintptr_t)BAD);
    TRY(fcntl, fd, F_GETLK, (uintptr_t)BAD);
    TRY(fcntl, 99, F_SETLK, (uintptr_t)&whole);
    const int reader = (int)TRY(open, "file", O_RDONLY, 0);
    TRY(fcntl, reader, F_SETLK, (uintptr_t)&whole);

    TRY(flock, fd, LOCK_EX);
    other_process(1);
    TRY(flock, fd, LOCK_SH);
    TRY(flock, second, LOCK_EX | LOCK_NB);
    TRY(flock, second, LOCK_SH);
    TRY(flock, fd, LOCK_UN);
    TRY(flock, fd, 99);
    TRY(flock, 99, LOCK_SH);

    TRY(fcntl, fd, F_GETLEASE, 0);
    TRY(fcntl, fd, F_SETLEASE, F_WRLCK);
    TRY(fcntl, fd, F_SETLEASE, 99);

    struct {
        int type, id;
    } owner = {1 /* F_OWNER_PID */, getpid()};
    TRY(fcntl, fd, F_SETOWN, getpid());
    SHOW(CALL(fcntl, fd, F_GETOWN, 0) == getpid());
    TRY(fcntl, fd, F_SETOWN, 0);
    TRY(fcntl, fd, 15 /* F_SETOWN_EX */, (uintptr_t)&owner);
    owner.type = owner.id = 99;
    TRY(fcntl, fd, 16 /* F_GETOWN_EX */, (uintptr_t)&owner);
    SHOW(owner.type);
    SHOW(owner.id == getpid());
    owner.type = 99;
    TRY(fcntl, fd, 15, (uintptr_t)&owner);
    TRY(fcntl, fd, 16, (uintptr_t)BAD);
    unsigned ids[2] = {99, 99};
    TRY(fcntl, fd, 17 /* F_GETOWNER_UIDS */, (uintptr_t)ids);
    SHOW(ids[0] == getuid() && ids[1] == getuid());
    return 0;
}
