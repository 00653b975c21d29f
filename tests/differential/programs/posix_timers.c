// SPDX-License-Identifier: BSL-1.0
// timer_create and its family: with a signal and its value, without one, and their errors.
#include <signal.h>
#include <time.h>

#include "call.h"

DECLARE(timer_create, int, struct sigevent*, int*);
DECLARE(timer_settime, int, int, const struct itimerspec*, struct itimerspec*);
DECLARE(timer_gettime, int, struct itimerspec*);
DECLARE(timer_getoverrun, int);
DECLARE(timer_delete, int);

static volatile int signals, code, value;

static void on_signal(int number, siginfo_t* info, void* context) {
    (void)context;
    signals += number;
    code = info->si_code;
    value = info->si_value.sival_int;
}

int main(void) {
    const struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigset_t usr1, none;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &usr1, NULL);

    int timer = -1, quiet = -1;
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    event.sigev_value.sival_int = 4711;
    const struct itimerspec soon = {{0, 0}, {0, 1000}}, far = {{3, 4}, {100, 0}}, wrong = {{0, 0}, {0, -1}};
    struct itimerspec old;
    if (TRY(timer_create, CLOCK_MONOTONIC, &event, &timer) < 0) return 1;
    TRY(timer_settime, timer, 0, &soon, NULL);
    sigsuspend(&none);
    SHOW(signals);
    SHOW(code);
    SHOW(value);
    TRY(timer_getoverrun, timer);
    TRY(timer_settime, timer, 0, &far, NULL);
    TRY(timer_gettime, timer, &old);
    SHOW(old.it_value.tv_sec >= 98);
    SHOW(old.it_interval.tv_sec);
    SHOW(old.it_interval.tv_nsec);
    TRY(timer_settime, timer, 0, &wrong, NULL);
    TRY(timer_settime, timer, 0, BAD, NULL);
    TRY(timer_gettime, timer, BAD);
    event.sigev_notify = SIGEV_NONE;
    TRY(timer_create, CLOCK_REALTIME, &event, &quiet);
    SHOW(quiet != timer);
    TRY(timer_delete, timer);
    TRY(timer_delete, timer);
    TRY(timer_gettime, timer, &old);
    TRY(timer_getoverrun, timer);
    event.sigev_notify = 99;
    TRY(timer_create, CLOCK_REALTIME, &event, &quiet);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = 99;
    TRY(timer_create, CLOCK_REALTIME, &event, &quiet);
    TRY(timer_create, 99, NULL, &quiet);
    TRY(timer_create, CLOCK_REALTIME, BAD, &quiet);
    TRY(timer_create, CLOCK_REALTIME, NULL, BAD);
    TRY(timer_create, CLOCK_REALTIME, NULL, &quiet);
    return 0;
}
