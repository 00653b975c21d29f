// SPDX-License-Identifier: BSL-1.0
// Limits of resources, and what was used.
#include <signal.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "call.h"

#undef prlimit64  // musl makes it prlimit

DECLARE(getrlimit, int, struct rlimit*);
DECLARE(setrlimit, int, const struct rlimit*);
DECLARE(prlimit64, int, int, const struct rlimit*, struct rlimit*);
DECLARE(getrusage, int, struct rusage*);
DECLARE(sysinfo, struct sysinfo*);
DECLARE(open, const char*, int, int);
DECLARE(write, int, const void*, size_t);

int main(void) {
    struct rlimit limit = {1, 1};
    // The stack's soft limit is what the host of a program may choose; the address space is reserved.
    static const int same[] = {RLIMIT_CPU,    RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_CORE,
                               RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_AS,   RLIMIT_MEMLOCK};
    for (unsigned i = 0; i < sizeof same / sizeof *same; ++i) {
        TRY(getrlimit, same[i], &limit);
        SHOW((long)limit.rlim_cur);
        SHOW((long)limit.rlim_max);
    }
    TRY(getrlimit, RLIMIT_STACK, &limit);
    SHOW((long)limit.rlim_max);
    TRY(getrlimit, 99, &limit);
    TRY(getrlimit, RLIMIT_CORE, BAD);
    const struct rlimit small = {10, 20}, crossed = {20, 10}, higher = {10, 30};
    TRY(setrlimit, RLIMIT_FSIZE, &small);
    TRY(getrlimit, RLIMIT_FSIZE, &limit);
    SHOW(limit.rlim_cur);
    SHOW(limit.rlim_max);
    TRY(setrlimit, RLIMIT_FSIZE, &crossed);
    TRY(setrlimit, 99, &small);
    TRY(setrlimit, RLIMIT_FSIZE, BAD);
    signal(SIGXFSZ, SIG_IGN);
    const int fd = (int)TRY(open, "file", 0102, 0600);
    TRY(write, fd, "a long text", 11);
    TRY(write, fd, "more", 4);
    TRY(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit);
    SHOW(limit.rlim_cur);
    const struct rlimit core = {0, 0};
    TRY(prlimit64, getpid(), RLIMIT_CORE, &core, NULL);
    TRY(getrlimit, RLIMIT_CORE, &limit);
    SHOW(limit.rlim_max);
    if (getuid() != 0) TRY(prlimit64, 0, RLIMIT_FSIZE, &higher, NULL);
    TRY(prlimit64, 0, 99, NULL, &limit);
    TRY(prlimit64, 1 << 30, RLIMIT_CORE, NULL, &limit);
    TRY(prlimit64, 0, RLIMIT_CORE, NULL, BAD);
    TRY(prlimit64, 0, RLIMIT_CORE, BAD, NULL);

    struct rusage used;
    memset(&used, 0xff, sizeof used);
    TRY(getrusage, RUSAGE_SELF, &used);
    SHOW(used.ru_maxrss > 0 && used.ru_utime.tv_usec >= 0 && used.ru_utime.tv_usec < 1000000);
    SHOW(used.ru_nsignals);
    TRY(getrusage, 1 /* RUSAGE_THREAD */, &used);
    TRY(getrusage, RUSAGE_CHILDREN, &used);
    TRY(getrusage, 99, &used);
    TRY(getrusage, RUSAGE_SELF, BAD);
    struct sysinfo info;
    memset(&info, 0, sizeof info);
    TRY(sysinfo, &info);
    SHOW(info.uptime > 0 && info.totalram > info.freeram && info.procs > 0);
    SHOW(info.mem_unit);
    TRY(sysinfo, BAD);
    return 0;
}
