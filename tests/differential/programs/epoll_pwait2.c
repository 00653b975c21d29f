// SPDX-License-Identifier: BSL-1.0
// epoll with a timeout in nanoseconds.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "call.h"

DECLARE(epoll_create1, int);
DECLARE(epoll_ctl, int, int, int, struct epoll_event*);
DECLARE(epoll_pwait2, int, struct epoll_event*, int, const struct timespec*, const void*, size_t);
DECLARE(eventfd2, unsigned, int);

static volatile int signals;
static void on_signal(int number) { signals += number; }

int main(void) {
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &usr1, NULL);

    const int set = (int)TRY(epoll_create1, EPOLL_CLOEXEC);
    const int fd = (int)TRY(eventfd2, 1, 0);
    struct epoll_event event = {EPOLLIN, {.u64 = 7}}, got[3];
    const struct timespec zero = {0, 0}, wrong = {0, -1}, later = {100, 0};
    const unsigned long none = 0;
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, fd, &event);
    TRY(epoll_pwait2, set, got, 3, &zero, NULL, 0);
    SHOW(got[0].data.u64);
    TRY(epoll_pwait2, set, got, 3, NULL, NULL, 0);
    TRY(epoll_pwait2, set, got, 3, &wrong, NULL, 0);
    TRY(epoll_pwait2, set, got, 3, BAD, NULL, 0);
    TRY(epoll_pwait2, set, BAD, 3, &zero, NULL, 0);
    TRY(epoll_pwait2, set, got, 0, &zero, NULL, 0);
    TRY(epoll_pwait2, set, got, 3, &zero, &none, 4);
    TRY(epoll_pwait2, 99, got, 3, &zero, NULL, 0);
    TRY(epoll_ctl, set, EPOLL_CTL_DEL, fd, NULL);
    TRY(epoll_pwait2, set, got, 3, &zero, NULL, 0);
    kill(getpid(), SIGUSR1);
    TRY(epoll_pwait2, set, got, 3, &later, &none, 8);
    SHOW(signals);
    return 0;
}
