// SPDX-License-Identifier: BSL-1.0
// Processes as descriptors.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(pidfd_open, int, unsigned);
DECLARE(pidfd_getfd, int, int, unsigned);
DECLARE(kcmp, int, int, int, unsigned long, unsigned long);
DECLARE(personality, unsigned);
DECLARE(getpid, void);
DECLARE(process_mrelease, int, unsigned);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);
DECLARE(poll, struct pollfd*, unsigned long, int);
DECLARE(fcntl, int, int, unsigned long);

// The own ones: those of others need rights that not every user has here.
static void own_descriptors(void) {
    const int self = (int)CALL(pidfd_open, CALL(getpid), 0);
    const int copy = (int)TRY_OK(pidfd_getfd, self, 1, 0);
    SHOW(fcntl(copy, F_GETFD));
    TRY(pidfd_getfd, self, 99, 0);
    TRY(pidfd_getfd, self, 1, 1);
    TRY(pidfd_getfd, 0, 1, 0);
    TRY(kcmp, CALL(getpid), CALL(getpid), 0 /* FILE */, 1, copy);
    TRY(kcmp, CALL(getpid), CALL(getpid), 1 /* VM */, 0, 0);
    TRY(kcmp, CALL(getpid), CALL(getpid), 0, 1, 99);
    TRY(kcmp, CALL(getpid), CALL(getpid), 9, 0, 0);
    TRY(kcmp, -1, CALL(getpid), 1, 0, 0);
    struct epoll_event event = {.events = EPOLLIN};
    int ends[2];
    if (pipe(ends)) return;
    const int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    struct {
        unsigned epoll, target, offset;
    } slot = {(unsigned)epoll, (unsigned)ends[0], 0};
    TRY(kcmp, CALL(getpid), CALL(getpid), 7 /* EPOLL_TFD */, ends[0], (uintptr_t)&slot);
    TRY(kcmp, CALL(getpid), CALL(getpid), 7, ends[0], (uintptr_t)BAD);
    close(self);
    close(copy);
    close(epoll);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    own_descriptors();
    TRY(personality, 0xffffffff);
    TRY(personality, 0x0040000 /* ADDR_NO_RANDOMIZE */);
    TRY(personality, 0xffffffff);
    int ends[2];
    if (pipe(ends)) return 1;
    const int child = (int)CALL(fork);
    if (child == 0) {
        char byte;
        close(ends[1]);
        if (dup2(ends[0], 30) != 30 || read(ends[0], &byte, 1) != 0) _exit(1);
        _exit(4);
    }
    const int fd = (int)TRY_OK(pidfd_open, child, 0);
    TRY(fcntl, fd, F_GETFD, 0);
    TRY(pidfd_open, child, 0x8000);
    TRY(pidfd_open, -1, 0);
    TRY(pidfd_open, 1 << 30, 0);
    struct pollfd wait = {fd, POLLIN, 0};
    TRY(poll, &wait, 1, 0);
    TRY(process_mrelease, fd, 0);
    TRY(process_mrelease, fd, 1);
    TRY(process_mrelease, 0, 0);
    TRY(process_mrelease, 99, 0);
    close(ends[1]);
    TRY(poll, &wait, 1, -1);
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
    return 0;
}
