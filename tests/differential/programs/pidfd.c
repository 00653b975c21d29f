// SPDX-License-Identifier: BSL-1.0
// Processes as descriptors.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(pidfd_open, int, unsigned);
DECLARE(process_mrelease, int, unsigned);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);
DECLARE(poll, struct pollfd*, unsigned long, int);
DECLARE(fcntl, int, int, unsigned long);

int main(void) {
    int ends[2];
    if (pipe(ends)) return 1;
    const int child = (int)CALL(fork);
    if (child == 0) {
        char byte;
        close(ends[1]);
        if (dup2(ends[0], 30) != 30 || read(ends[0], &byte, 1) != 0) _exit(1);
        _exit(4);
    }
    const int fd = (int)TRY(pidfd_open, child, 0);
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
