// SPDX-License-Identifier: BSL-1.0
// Reading clocks and sleeping. Setting a clock is tried with arguments that cannot succeed.
#include <signal.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

#include "call.h"

DECLARE(clock_gettime, int, struct timespec*);
DECLARE(clock_getres, int, struct timespec*);
DECLARE(clock_settime, int, const struct timespec*);
DECLARE(clock_nanosleep, int, int, const struct timespec*, struct timespec*);
DECLARE(nanosleep, const struct timespec*, struct timespec*);
DECLARE(gettimeofday, struct timeval*, void*);
DECLARE(settimeofday, const struct timeval*, const void*);
DECLARE(time, long*);
DECLARE(times, struct tms*);
DECLARE(adjtimex, struct timex*);
DECLARE(clock_adjtime, int, struct timex*);

static volatile int signals;
static void on_signal(int number) { signals += number; }

static void reading(void) {
    struct timespec a = {-1, -1}, b;
    struct timeval day = {-1, -1};
    for (int clock = 0; clock < 13; ++clock) {
        TRY(clock_gettime, clock, &a);
        TRY(clock_getres, clock, &a);
        if (clock < 2) SHOW(a.tv_nsec);
    }
    TRY(clock_gettime, -1, &a);
    TRY(clock_gettime, 99, &a);
    TRY(clock_gettime, 0, BAD);
    TRY(clock_getres, 0, NULL);
    TRY(clock_getres, 99, NULL);
    TRY(clock_getres, 0, BAD);
    CALL(clock_gettime, CLOCK_MONOTONIC, &a);
    CALL(clock_gettime, CLOCK_MONOTONIC, &b);
    SHOW(a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec <= b.tv_nsec));
    CALL(clock_gettime, CLOCK_REALTIME, &a);
    TRY(gettimeofday, &day, NULL);
    SHOW(day.tv_sec - a.tv_sec <= 1);
    int zone[2] = {-1, -1};
    TRY(gettimeofday, NULL, zone);
    SHOW(zone[0]);
    TRY(gettimeofday, BAD, NULL);
    long seconds = 0;
    SHOW(CALL(time, &seconds) - day.tv_sec <= 1);
    SHOW(seconds - day.tv_sec <= 1);
    TRY_OK(time, NULL);
    TRY(time, BAD);
    struct tms used = {-1, -1, -1, -1};
    TRY_OK(times, &used);
    SHOW(used.tms_utime >= 0);
    TRY_OK(times, NULL);
    TRY(times, BAD);
    struct timex clock;
    memset(&clock, 0, sizeof clock);
    TRY_OK(adjtimex, &clock);
    SHOW(clock.tick);
    SHOW(clock.time.tv_sec - day.tv_sec <= 1);
    TRY(adjtimex, BAD);
    memset(&clock, 0, sizeof clock);
    TRY_OK(clock_adjtime, CLOCK_REALTIME, &clock);
    SHOW(clock.tick);
    TRY(clock_adjtime, CLOCK_MONOTONIC, &clock);
    TRY(clock_adjtime, 99, &clock);
    TRY(clock_adjtime, CLOCK_REALTIME, BAD);
}

static void sleeping(void) {
    const struct timespec moment = {0, 1000}, wrong = {0, 1000000000}, negative = {-1, 0}, past = {1, 0},
                          later = {100, 0};
    struct timespec rest = {7, 7};
    TRY(nanosleep, &moment, &rest);
    SHOW(rest.tv_sec);
    TRY(nanosleep, &wrong, NULL);
    TRY(nanosleep, &negative, NULL);
    TRY(nanosleep, BAD, NULL);
    TRY(clock_nanosleep, CLOCK_MONOTONIC, 0, &moment, NULL);
    TRY(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL);
    TRY(clock_nanosleep, CLOCK_MONOTONIC, 0, &wrong, NULL);
    TRY(clock_nanosleep, 99, 0, &moment, NULL);
    TRY(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &moment, NULL);
    TRY(clock_nanosleep, CLOCK_MONOTONIC, 0, BAD, NULL);
    // Interrupted, with what is left.
    const struct sigaction action = {.sa_handler = on_signal};
    const struct itimerval soon = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    TRY(nanosleep, &later, &rest);
    SHOW(rest.tv_sec == 99 || rest.tv_sec == 98);
    rest.tv_sec = 7;
    TRY(clock_nanosleep, CLOCK_MONOTONIC, 0, &later, &rest);
    SHOW(rest.tv_sec == 99 || rest.tv_sec == 98);
    rest.tv_sec = 7;
    struct timespec now;
    CALL(clock_gettime, CLOCK_MONOTONIC, &now);
    now.tv_sec += 100;
    TRY(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &now, &rest);
    SHOW(rest.tv_sec);
    TRY(nanosleep, &later, BAD);
    setitimer(ITIMER_REAL, &never, NULL);
    SHOW(signals >= 4 * SIGALRM);
}

static void setting(void) {
    const struct timespec wrong = {0, -1};
    const struct timeval day = {0, -1};
    TRY(clock_settime, CLOCK_REALTIME, &wrong);
    TRY(clock_settime, CLOCK_REALTIME, BAD);
    TRY(clock_settime, CLOCK_MONOTONIC, &wrong);
    TRY(clock_settime, 99, &wrong);
    TRY(settimeofday, &day, NULL);
    TRY(settimeofday, BAD, NULL);
    TRY(settimeofday, NULL, BAD);
    TRY(settimeofday, NULL, NULL);
}

int main(void) {
    reading();
    sleeping();
    setting();
    return 0;
}
