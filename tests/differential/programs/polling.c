// SPDX-License-Identifier: BSL-1.0
// poll and select in all forms: what is ready, timeouts of zero, masks for the time of waiting.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

#include "call.h"

DECLARE(poll, struct pollfd*, unsigned long, int);
DECLARE(ppoll, struct pollfd*, unsigned long, struct timespec*, const void*, size_t);
DECLARE(select, int, void*, void*, void*, struct timeval*);
DECLARE(pselect6, int, void*, void*, void*, struct timespec*, const void*);
DECLARE(setrlimit, int, const struct rlimit*);

static int ends[2];
static volatile int signals;
static void on_signal(int number) { signals += number; }

static void polls(void) {
    struct pollfd fds[4] = {{ends[0], POLLIN, -1}, {ends[1], POLLOUT | POLLIN, -1}, {99, POLLIN, -1}, {-5, POLLIN, -1}};
    TRY(poll, fds, 4, 0);
    for (int i = 0; i < 4; ++i) SHOW(fds[i].revents);
    TRY(poll, NULL, 0, 0);
    TRY(poll, NULL, 0, 1);
    TRY(poll, fds, 1, 1);
    TRY(poll, fds + 1, 1, -1);
    TRY(poll, NULL, 1, 0);
    TRY(poll, BAD, 1, 0);
    TRY(poll, fds, -1UL, 0);
    const struct rlimit few = {20, 20};
    TRY(setrlimit, RLIMIT_NOFILE, &few);
    TRY(poll, fds, 21, 0);

    struct timespec zero = {0, 0}, wrong = {0, 1000000000}, negative = {-1, 0}, later = {100, 0};
    TRY(ppoll, fds, 2, &zero, NULL, 0);
    TRY(ppoll, fds, 2, NULL, NULL, 0);
    TRY(ppoll, fds, 1, &wrong, NULL, 0);
    TRY(ppoll, fds, 1, &negative, NULL, 0);
    TRY(ppoll, BAD, 1, &zero, NULL, 0);
    TRY(ppoll, fds, 1, BAD, NULL, 0);
    unsigned long none = 0;
    TRY(ppoll, fds, 1, &zero, &none, 8);
    TRY(ppoll, fds, 1, &zero, &none, 16);
    TRY(ppoll, fds, 1, &zero, BAD, 8);
    kill(getpid(), SIGUSR1);
    SHOW(signals);
    TRY(ppoll, fds, 1, &later, &none, 8);
    SHOW(signals);
    SHOW(later.tv_sec == 99 || later.tv_sec == 100);
}

static void selects(void) {
    unsigned long in[2] = {0, ~0UL}, out[2] = {0, ~0UL}, error[2] = {0, ~0UL};
    struct timeval zero = {0, 0}, wrong = {-1, 0}, later = {100, 0};
    in[0] = 1UL << ends[0] | 1UL << ends[1];
    out[0] = 1UL << ends[1];
    error[0] = 1UL << ends[0];
    TRY(select, ends[1] + 1, in, out, error, &zero);
    SHOW(in[0]);
    SHOW(out[0] == 1UL << ends[1]);
    SHOW(error[0]);
    SHOW(in[1] == ~0UL && out[1] == ~0UL && error[1] == ~0UL);
    TRY(select, 0, NULL, NULL, NULL, &zero);
    TRY(select, -1, NULL, NULL, NULL, &zero);
    TRY(select, 1, BAD, NULL, NULL, &zero);
    TRY(select, 0, NULL, NULL, NULL, BAD);
    TRY(select, 0, NULL, NULL, NULL, &wrong);
    in[0] = 1UL << 19;
    TRY(select, 20, in, NULL, NULL, &zero);
    TRY(select, ends[1] + 1, NULL, out, NULL, &later);
    SHOW(later.tv_sec == 99 || later.tv_sec == 100);

    struct timespec nothing = {0, 0}, invalid = {0, -1}, long_time = {100, 0};
    unsigned long none = 0;
    // The sixth argument is two longs on both sides: the mask's address and its size.
    const long mask[2] = {(long)(uintptr_t)&none, 8}, wrong_size[2] = {(long)(uintptr_t)&none, 4}, no_mask[2] = {0, 8},
               bad_mask[2] = {(long)(uintptr_t)BAD, 8};
    TRY(pselect6, ends[1] + 1, NULL, out, NULL, &nothing, NULL);
    TRY(pselect6, ends[1] + 1, NULL, out, NULL, NULL, mask);
    TRY(pselect6, 0, NULL, NULL, NULL, &invalid, NULL);
    TRY(pselect6, 0, NULL, NULL, NULL, &nothing, wrong_size);
    TRY(pselect6, 0, NULL, NULL, NULL, &nothing, no_mask);
    TRY(pselect6, 0, NULL, NULL, NULL, &nothing, bad_mask);
    TRY(pselect6, 0, NULL, NULL, NULL, &nothing, BAD);
    TRY(pselect6, -1, NULL, NULL, NULL, &nothing, NULL);
    kill(getpid(), SIGUSR1);
    TRY(pselect6, 0, NULL, NULL, NULL, &long_time, mask);
    SHOW(signals);
}

int main(void) {
    if (pipe(ends)) return 1;
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    polls();
    selects();
    return 0;
}
