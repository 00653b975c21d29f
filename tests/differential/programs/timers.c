// SPDX-License-Identifier: BSL-1.0
// Timers that raise signals or make descriptors readable.
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#include "call.h"

DECLARE(setitimer, int, const struct itimerval*, struct itimerval*);
DECLARE(getitimer, int, struct itimerval*);
DECLARE(alarm, unsigned);
DECLARE(pause, void);
DECLARE(timerfd_create, int, int);
DECLARE(timerfd_settime, int, int, const struct itimerspec*, struct itimerspec*);
DECLARE(timerfd_gettime, int, struct itimerspec*);
DECLARE(read, int, void*, size_t);
DECLARE(fcntl, int, int, unsigned long);

static volatile int signals;
static void on_signal(int number) { signals += number; }

static const struct itimerval soon = {{0, 0}, {0, 1000}}, later = {{1, 2}, {100, 0}}, never;

static void intervals(void) {
    struct itimerval old;
    memset(&old, 0xff, sizeof old);
    TRY(getitimer, ITIMER_REAL, &old);
    SHOW(old.it_value.tv_sec);
    TRY(getitimer, 99, &old);
    TRY(getitimer, ITIMER_REAL, BAD);
    TRY(setitimer, ITIMER_REAL, &later, &old);
    TRY(getitimer, ITIMER_REAL, &old);
    SHOW(old.it_value.tv_sec >= 98);
    SHOW(old.it_interval.tv_sec);
    SHOW(old.it_interval.tv_usec);
    SHOW(CALL(alarm, 50) >= 98);
    SHOW(CALL(alarm, 0) >= 48);
    TRY(alarm, 0);
    TRY(setitimer, ITIMER_REAL, &soon, NULL);
    TRY(pause);
    SHOW(signals);
    const struct itimerval wrong = {{0, 0}, {0, 1000000}};
    TRY(setitimer, ITIMER_REAL, &wrong, NULL);
    TRY(setitimer, 99, &soon, NULL);
    TRY(setitimer, ITIMER_REAL, BAD, NULL);
    TRY(setitimer, ITIMER_VIRTUAL, &never, BAD);
    TRY(setitimer, ITIMER_PROF, &soon, NULL);
    while (signals < SIGALRM + SIGPROF) {
    }
    SHOW(signals);
}

static void descriptors(void) {
    unsigned long long ticks = 99;
    const struct itimerspec once = {{0, 0}, {0, 1000}}, far = {{3, 4}, {100, 5}}, off = {{0, 0}, {0, 0}};
    const struct itimerspec past = {{0, 0}, {1, 0}}, wrong = {{0, 0}, {0, 1000000000}};
    struct itimerspec old;
    TRY(timerfd_create, 99, 0);
    TRY(timerfd_create, CLOCK_MONOTONIC, 1);
    const int fd = (int)TRY(timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    TRY(fcntl, fd, F_GETFD, 0);
    TRY(read, fd, &ticks, 8);
    TRY(fcntl, fd, F_SETFL, 0);
    TRY(timerfd_settime, fd, 0, &once, NULL);
    TRY(read, fd, &ticks, 8);
    SHOW(ticks);
    TRY(timerfd_settime, fd, 0, &far, &old);
    SHOW(old.it_value.tv_sec);
    TRY(timerfd_gettime, fd, &old);
    SHOW(old.it_value.tv_sec >= 98);
    SHOW(old.it_interval.tv_sec);
    SHOW(old.it_interval.tv_nsec);
    TRY(timerfd_settime, fd, TFD_TIMER_ABSTIME, &past, NULL);
    TRY(read, fd, &ticks, 7);
    TRY(read, fd, &ticks, 8);
    TRY(timerfd_settime, fd, 0, &wrong, NULL);
    TRY(timerfd_settime, fd, 99, &once, NULL);
    TRY(timerfd_settime, fd, 0, BAD, NULL);
    TRY(timerfd_settime, fd, 0, &off, BAD);
    TRY(timerfd_settime, 0, 0, &once, NULL);
    TRY(timerfd_settime, 99, 0, &once, NULL);
    TRY(timerfd_gettime, fd, BAD);
    TRY(timerfd_gettime, 0, &old);
    TRY(timerfd_gettime, 99, &old);
}

int main(void) {
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPROF, &action, NULL);
    intervals();
    descriptors();
    return 0;
}
