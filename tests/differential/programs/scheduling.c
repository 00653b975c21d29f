// SPDX-License-Identifier: BSL-1.0
// Policies, priorities, processors.
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include "call.h"

DECLARE(sched_yield, void);
DECLARE(sched_getaffinity, int, size_t, void*);
DECLARE(sched_setaffinity, int, size_t, const void*);
DECLARE(sched_getscheduler, int);
DECLARE(sched_setscheduler, int, int, const struct sched_param*);
DECLARE(sched_getparam, int, struct sched_param*);
DECLARE(sched_setparam, int, const struct sched_param*);
DECLARE(sched_get_priority_max, int);
DECLARE(sched_get_priority_min, int);
DECLARE(sched_rr_get_interval, int, struct timespec*);
DECLARE(sched_getattr, int, void*, unsigned, unsigned);
DECLARE(sched_setattr, int, void*, unsigned);
DECLARE(getpriority, int, int);
DECLARE(setpriority, int, int, int);
DECLARE(ioprio_get, int, int);
DECLARE(ioprio_set, int, int, int);
DECLARE(getcpu, unsigned*, unsigned*, void*);

struct attributes {
    unsigned size, policy;
    unsigned long flags;
    int nice;
    unsigned priority;
    unsigned long runtime, deadline, period;
    unsigned minimum, maximum;
};

static void processors(void) {
    unsigned long set[16], again[16];
    unsigned cpu = ~0u, node = ~0u;
    memset(set, 0, sizeof set);
    const long long size = TRY(sched_getaffinity, 0, sizeof set, set);
    SHOW(set[0] != 0);
    TRY(sched_getaffinity, 0, 3, set);
    TRY(sched_getaffinity, 0, 0, set);
    TRY(sched_getaffinity, 1 << 30, sizeof set, set);
    TRY(sched_getaffinity, 0, sizeof set, BAD);
    CALL(sched_getaffinity, 0, sizeof set, set);
    set[0] &= -set[0];
    TRY(sched_setaffinity, 0, size, set);
    memset(again, 0, sizeof again);
    TRY(sched_getaffinity, 0, size, again);
    SHOW(set[0] == again[0]);
    memset(set, 0, sizeof set);
    TRY(sched_setaffinity, 0, size, set);
    TRY(sched_setaffinity, 0, size, BAD);
    TRY(sched_setaffinity, 1 << 30, size, again);
    TRY(getcpu, &cpu, &node, NULL);
    SHOW((again[0] >> cpu) & 1);
    SHOW(node != ~0u);
    TRY(getcpu, NULL, NULL, NULL);
    TRY(getcpu, BAD, NULL, NULL);
    TRY(sched_yield);
}

static void policies(void) {
    struct sched_param parameter = {.sched_priority = 99};
    TRY(sched_getscheduler, 0);
    TRY(sched_getscheduler, -1);
    TRY(sched_getscheduler, 1 << 30);
    TRY(sched_getparam, 0, &parameter);
    SHOW(parameter.sched_priority);
    TRY(sched_getparam, 0, BAD);
    TRY(sched_getparam, 0, NULL);
    TRY(sched_setparam, 0, &parameter);
    TRY(sched_setscheduler, 0, SCHED_BATCH, &parameter);
    TRY(sched_getscheduler, 0);
    TRY(sched_setscheduler, 0, 99, &parameter);
    TRY(sched_setscheduler, 0, SCHED_OTHER, BAD);
    TRY(sched_setscheduler, -1, SCHED_OTHER, &parameter);
    parameter.sched_priority = 5;
    TRY(sched_setparam, 0, &parameter);
    TRY(sched_setparam, 0, BAD);
    parameter.sched_priority = 0;
    TRY(sched_setscheduler, 0, SCHED_OTHER, &parameter);
    for (int policy = -1; policy < 8; ++policy) {
        TRY(sched_get_priority_max, policy);
        TRY(sched_get_priority_min, policy);
    }
    struct timespec interval = {-1, -1};
    TRY(sched_rr_get_interval, 0, &interval);
    SHOW(interval.tv_sec);
    TRY(sched_rr_get_interval, -1, &interval);
    TRY(sched_rr_get_interval, 0, BAD);
    struct attributes a;
    memset(&a, 0xff, sizeof a);
    TRY(sched_getattr, 0, &a, sizeof a, 0);
    SHOW(a.size);
    SHOW(a.policy);
    SHOW(a.nice);
    SHOW(a.priority);
    TRY(sched_getattr, 0, &a, 8, 0);
    TRY(sched_getattr, 0, &a, sizeof a, 1);
    TRY(sched_getattr, 0, BAD, sizeof a, 0);
    memset(&a, 0, sizeof a);
    a.size = 48;
    a.policy = SCHED_BATCH;
    a.nice = 3;
    TRY(sched_setattr, 0, &a, 0);
    TRY(sched_getscheduler, 0);
    TRY(getpriority, PRIO_PROCESS, 0);
    a.policy = 99;
    TRY(sched_setattr, 0, &a, 0);
    TRY(sched_setattr, 0, BAD, 0);
    a.size = 4000;
    TRY(sched_setattr, 0, &a, 0);
}

static void priorities(void) {
    TRY(setpriority, PRIO_PROCESS, 0, 7);
    TRY(getpriority, PRIO_PROCESS, 0);
    TRY(setpriority, PRIO_PROCESS, 0, 100);
    TRY(getpriority, PRIO_PROCESS, 0);
    TRY(getpriority, 99, 0);
    TRY(getpriority, PRIO_PROCESS, 1 << 30);
    TRY(setpriority, 99, 0, 0);
    TRY(setpriority, PRIO_PROCESS, 1 << 30, 0);
    TRY(ioprio_set, 1, 0, 2 << 13 | 5);
    TRY(ioprio_get, 1, 0);
    TRY(ioprio_set, 1, 0, 7 << 13);
    TRY(ioprio_set, 99, 0, 0);
    TRY(ioprio_get, 99, 0);
    TRY(ioprio_get, 1, 1 << 30);
}

int main(void) {
    processors();
    policies();
    priorities();
    return 0;
}
