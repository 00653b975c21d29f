// SPDX-License-Identifier: BSL-1.0
// Pipes: their ends, limits, flags and breaking.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "call.h"

DECLARE(pipe, int*);
DECLARE(pipe2, int*, int);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(close, int);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(ioctl, int, unsigned, void*);
DECLARE(lseek, int, long, int);

static volatile int broken;
static void on_pipe(int number) { broken = number; }

int main(void) {
    static char buffer[8192];
    int ends[2] = {-1, -1};
    TRY(pipe, ends);
    SHOW(ends[0]);
    SHOW(ends[1]);
    TRY(pipe, BAD);
    TRY(pipe, NULL);
    TRY(pipe2, ends, 0x8000000);
    SHOW(ends[1]);
    TRY(write, ends[1], "hello", 5);
    int waiting = -1;
    TRY(ioctl, ends[0], FIONREAD, &waiting);
    SHOW(waiting);
    TRY(ioctl, ends[0], FIONREAD, BAD);
    TRY(read, ends[0], buffer, 3);
    TRY(read, ends[0], buffer + 3, 100);
    SHOW_TEXT(buffer, 5);
    TRY(read, ends[1], buffer, 1);
    TRY(write, ends[0], buffer, 1);
    TRY(lseek, ends[0], 0, SEEK_SET);
    TRY(close, ends[1]);
    TRY(read, ends[0], buffer, 1);
    TRY(close, ends[0]);

    TRY(pipe2, ends, O_NONBLOCK | O_CLOEXEC);
    TRY(fcntl, ends[0], F_GETFD, 0);
    TRY(fcntl, ends[0], F_GETFL, 0);
    TRY(fcntl, ends[1], F_GETFL, 0);
    TRY(read, ends[0], buffer, 1);
    TRY(fcntl, ends[1], F_SETPIPE_SZ, 4096);
    TRY(fcntl, ends[1], F_GETPIPE_SZ, 0);
    TRY(write, ends[1], buffer, sizeof buffer);
    TRY(write, ends[1], buffer, 1);
    TRY(fcntl, ends[1], F_SETPIPE_SZ, 0);
    TRY(fcntl, ends[1], F_SETPIPE_SZ, -1);
    int on = 0;
    TRY(ioctl, ends[0], FIONBIO, &on);
    TRY(fcntl, ends[0], F_GETFL, 0);
    TRY(ioctl, ends[0], FIOCLEX, NULL);
    TRY(ioctl, ends[0], FIONCLEX, NULL);
    TRY(fcntl, ends[0], F_GETFD, 0);
    TRY(ioctl, ends[0], TCGETS, buffer);
    TRY(ioctl, ends[0], 0x12345678, NULL);
    TRY(ioctl, 99, FIONREAD, &waiting);

    struct sigaction action = {.sa_handler = on_pipe};
    sigaction(SIGPIPE, &action, NULL);
    TRY(close, ends[0]);
    TRY(write, ends[1], "x", 1);
    SHOW(broken);
    TRY(pipe2, ends, O_DIRECT);
    TRY(write, ends[1], "one", 3);
    TRY(write, ends[1], "two", 3);
    TRY(read, ends[0], buffer, 100);
    TRY(pipe2, BAD, 0);
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
    TRY(close, ends[0]);
    write(ends[1], "the end", 7);
    say("not reached");
    return 0;
}
