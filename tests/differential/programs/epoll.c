// SPDX-License-Identifier: BSL-1.0
// epoll: many events in one call, level and edge, one-shot, masks.
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "call.h"

DECLARE(epoll_create, int);
DECLARE(epoll_create1, int);
DECLARE(epoll_ctl, int, int, int, struct epoll_event*);
DECLARE(epoll_wait, int, struct epoll_event*, int, int);
DECLARE(epoll_pwait, int, struct epoll_event*, int, int, const void*, size_t);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(eventfd2, unsigned, int);

enum { COUNT = 10 };
static volatile int signals;
static void on_signal(int number) { signals += number; }

static void show(const struct epoll_event* events, int count) {
    for (int i = 0; i < count; ++i) {
        SHOW(events[i].events);
        SHOW(events[i].data.u64);
    }
}

static void controlling(int set) {
    int ends[2];
    struct epoll_event event = {EPOLLIN, {.u64 = 0x123456789abcdefULL}};
    if (pipe(ends)) return;
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, ends[0], &event);
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, ends[0], &event);
    TRY(epoll_ctl, set, EPOLL_CTL_MOD, ends[1], &event);
    TRY(epoll_ctl, set, EPOLL_CTL_DEL, ends[1], NULL);
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, set, &event);
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, 99, &event);
    TRY(epoll_ctl, ends[0], EPOLL_CTL_ADD, ends[1], &event);
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, ends[1], BAD);
    TRY(epoll_ctl, set, 99, ends[0], &event);
    const int file = open("file", O_CREAT | O_RDWR, 0600);
    TRY(epoll_ctl, set, EPOLL_CTL_ADD, file, &event);

    struct epoll_event got[2];
    TRY(epoll_wait, set, got, 2, 0);
    if (write(ends[1], "x", 1) != 1) return;
    TRY(epoll_wait, set, got, 2, -1);
    show(got, 1);
    TRY(epoll_wait, set, got, 2, 0);
    event.events = EPOLLIN | EPOLLONESHOT;
    TRY(epoll_ctl, set, EPOLL_CTL_MOD, ends[0], &event);
    TRY(epoll_wait, set, got, 2, 0);
    TRY(epoll_wait, set, got, 2, 0);
    event.events = EPOLLIN | EPOLLET;
    TRY(epoll_ctl, set, EPOLL_CTL_MOD, ends[0], &event);
    TRY(epoll_wait, set, got, 2, 0);
    TRY(epoll_wait, set, got, 2, 0);
    close(ends[1]);
    TRY(epoll_wait, set, got, 2, 0);
    show(got, 1);
    TRY(epoll_ctl, set, EPOLL_CTL_DEL, ends[0], BAD);
    TRY(epoll_wait, set, got, 0, 0);
    TRY(epoll_wait, set, got, -1, 0);
    TRY(epoll_wait, ends[0], got, 1, 0);
    TRY(epoll_wait, 99, got, 1, 0);
    close(ends[0]);
    close(file);
}

static void many(int set) {
    struct epoll_event events[COUNT];
    int fds[COUNT];
    for (int i = 0; i < COUNT; ++i) {
        fds[i] = (int)CALL(eventfd2, i % 2, 0);
        struct epoll_event event = {EPOLLIN | EPOLLOUT, {.u64 = (unsigned long long)(i + 1) << 40}};
        TRY(epoll_ctl, set, EPOLL_CTL_ADD, fds[i], &event);
    }
    memset(events, 0xff, sizeof events);
    TRY(epoll_pwait, set, events, COUNT, 0, NULL, 0);
    show(events, COUNT);
    TRY(epoll_pwait, set, events, 3, 0, NULL, 0);
    show(events, 3);
    TRY(epoll_pwait, set, BAD, 3, 0, NULL, 0);
    TRY(epoll_pwait, set, events, 1 << 30, 0, NULL, 0);
    const unsigned long none = 0;
    TRY(epoll_pwait, set, events, 1, 0, &none, 8);
    TRY(epoll_pwait, set, events, 1, 0, &none, 4);
    TRY(epoll_pwait, set, events, 1, 0, BAD, 8);
    for (int i = 0; i < COUNT; ++i) close(fds[i]);
    kill(getpid(), SIGUSR1);
    SHOW(signals);
    TRY(epoll_pwait, set, events, 1, 100000, &none, 8);
    SHOW(signals);
}

int main(void) {
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    TRY(epoll_create, 0);
    TRY(epoll_create, -1);
    TRY(epoll_create1, 1);
    const int old = (int)TRY(epoll_create, 1);
    const int set = (int)TRY(epoll_create1, EPOLL_CLOEXEC);
    TRY(fcntl, old, F_GETFD, 0);
    TRY(fcntl, set, F_GETFD, 0);
    controlling(old);
    many(set);
    return 0;
}
