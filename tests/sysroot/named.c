// SPDX-License-Identifier: BSL-1.0
// Functions of the C library behind calls that upstream names without a signature: each imports what it calls.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void files(const char* name, int fd) {
    struct stat status;
    CHECK(!truncate(name, 1234) && !fstat(fd, &status) && status.st_size == 1234);
    CHECK(truncate(name, -1) == -1 && errno == EINVAL);
    CHECK(!posix_fallocate(fd, 0, 5000) && !fstat(fd, &status) && status.st_size == 5000);
    char value[8] = "";
    CHECK(getxattr(name, "user.wali", value, sizeof value) == -1 && (errno == ENODATA || errno == ENOTSUP));
    CHECK(setxattr("/nowhere", "user.wali", "1", 1, 0) == -1 && errno == ENOENT);

    const int memory = memfd_create("wali", MFD_CLOEXEC);
    off_t from = 4990;
    CHECK(memory >= 0 && copy_file_range(fd, &from, memory, NULL, 100, 0) <= 10);
    close(memory);
    sync();

    char first[2], second[3];
    const struct iovec parts[] = {{first, 2}, {second, 3}};
    CHECK(pwrite(fd, "0123456789", 10, 0) == 10 && preadv(fd, parts, 2, 4) == 5);
    CHECK(!memcmp(first, "45", 2) && !memcmp(second, "678", 3));
}

static void watching(const char* name, int fd) {
    struct inotify_event event;
    const int watcher = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    const int watch = inotify_add_watch(watcher, name, IN_MODIFY);
    CHECK(watcher >= 0 && watch >= 0 && read(watcher, &event, sizeof event) == -1 && errno == EAGAIN);
    CHECK(write(fd, "x", 1) == 1 && read(watcher, &event, sizeof event) == sizeof event);
    CHECK(event.wd == watch && event.mask == IN_MODIFY);
    CHECK(!inotify_rm_watch(watcher, watch));
    close(watcher);
}

static void descriptors_for_events(void) {
    const struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
    struct itimerspec now;
    unsigned long expirations = 0;
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    CHECK(timer >= 0 && !timerfd_settime(timer, 0, &soon, NULL));
    CHECK(read(timer, &expirations, sizeof expirations) == sizeof expirations && expirations == 1);
    CHECK(!timerfd_gettime(timer, &now) && now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 0);
    close(timer);

    sigset_t set;
    struct signalfd_siginfo info;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    const int signals = signalfd(-1, &set, SFD_CLOEXEC);
    CHECK(signals >= 0 && !raise(SIGUSR1));
    CHECK(read(signals, &info, sizeof info) == sizeof info && info.ssi_signo == SIGUSR1);
    close(signals);
}

static void process(void) {
    struct tms used;
    struct itimerval timer;
    struct timespec slice;
    uid_t real = 0, effective = 0, saved = 0;
    CHECK(times(&used) != (clock_t)-1 && !getitimer(ITIMER_REAL, &timer) && timer.it_value.tv_sec == 0);
    errno = 0;
    const int priority = getpriority(PRIO_PROCESS, 0);
    CHECK(errno == 0 && priority >= -20 && !setpriority(PRIO_PROCESS, 0, priority));
    CHECK(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_FIFO) == 1);
    CHECK(!sched_rr_get_interval(0, &slice) && sched_getcpu() >= 0);
    CHECK(!getresuid(&real, &effective, &saved) && real == getuid() && effective == geteuid());

    char* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED && (!mlock(page, 4096) || errno == ENOMEM || errno == EPERM) && !munlock(page, 4096));
}

// --- timers, queued signals ---

static sem_t expired;

static void expire(union sigval value) {
    if (value.sival_int == 42) sem_post(&expired);
}

static void timers(void) {
    const struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
    struct itimerspec now;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_value = {.sival_int = 42}};
    event.sigev_notify_function = expire;
    CHECK(!sem_init(&expired, 0, 0) && !timer_create(CLOCK_MONOTONIC, &event, &timer));
    for (int i = 0; i < 3; i++) CHECK(!timer_settime(timer, 0, &soon, NULL) && !sem_wait(&expired));
    CHECK(!timer_gettime(timer, &now) && now.it_value.tv_sec == 0 && !timer_delete(timer));

    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHECK(!sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 7}));
    CHECK(sigwaitinfo(&set, &info) == SIGRTMIN && info.si_code == SI_QUEUE && info.si_value.sival_int == 7);
    const struct timespec none = {0, 0};
    CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
}

// As the linker was told: main's stack and those of threads.
static void* use_stack(void* unused) {
    volatile char used[11 << 20];
    for (size_t i = 0; i < sizeof used; i += 4096) used[i] = 1;
    return unused;
}

static void stacks(void) {
    pthread_t thread;
    use_stack(NULL);
    CHECK(!pthread_create(&thread, NULL, use_stack, NULL) && !pthread_join(thread, NULL));
}

int main(void) {
    CHECK(!strncmp(program_invocation_short_name, "sysroot_named", 13));
    CHECK(strstr(program_invocation_name, "/sysroot_named"));
    char name[] = "/tmp/wali-named-XXXXXX";
    const int fd = mkostemp(name, O_CLOEXEC);
    CHECK(fd >= 0);
    files(name, fd);
    watching(name, fd);
    CHECK(!unlink(name));
    close(fd);
    descriptors_for_events();
    process();
    timers();
    stacks();
    return failures != 0;
}
