// SPDX-License-Identifier: BSL-1.0
// Signals with a value, and waiting for signals without a handler.
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "call.h"

DECLARE(rt_sigtimedwait, const void*, siginfo_t*, const struct timespec*, size_t);
DECLARE(rt_sigqueueinfo, int, int, siginfo_t*);
DECLARE(rt_tgsigqueueinfo, int, int, int, siginfo_t*);
DECLARE(rt_sigprocmask, int, const void*, void*, size_t);
DECLARE(kill, int, int);
DECLARE(getpid, void);
DECLARE(gettid, void);

static volatile int count, values[4], codes[4];

static void on_siginfo(int number, siginfo_t* info, void* context) {
    (void)number, (void)context;
    values[count & 3] = info->si_value.sival_int;
    codes[count++ & 3] = info->si_code;
}

static siginfo_t with_value(int number, int code, int value) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = number;
    info.si_code = code;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    return info;
}

int main(void) {
    const int self = (int)CALL(getpid), number = 40;
    const unsigned long set = 1UL << (number - 1) | 1UL << (SIGUSR1 - 1), none = 0;
    const struct timespec zero = {0, 0}, wrong = {0, -1};
    siginfo_t got, sent = with_value(number, SI_QUEUE, 11);
    TRY(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
    TRY(rt_sigtimedwait, &set, &got, &zero, 8);
    TRY(rt_sigqueueinfo, self, number, &sent);
    sent = with_value(number, SI_QUEUE, 22);
    TRY(rt_tgsigqueueinfo, self, (int)CALL(gettid), number, &sent);
    TRY(kill, self, SIGUSR1);
    for (int i = 0; i < 3; ++i) {
        memset(&got, 0, sizeof got);
        TRY(rt_sigtimedwait, &set, &got, NULL, 8);
        SHOW(got.si_signo);
        SHOW(got.si_code);
        SHOW(got.si_pid == self);
        if (got.si_signo == number) SHOW(got.si_value.sival_int);
    }
    TRY(rt_sigtimedwait, &set, NULL, &zero, 8);
    TRY(rt_sigtimedwait, &set, NULL, &wrong, 8);
    TRY(rt_sigtimedwait, &set, NULL, &zero, 4);
    TRY(rt_sigtimedwait, BAD, NULL, &zero, 8);
    TRY(rt_sigtimedwait, &set, NULL, BAD, 8);
    TRY(kill, self, SIGUSR1);
    TRY(rt_sigtimedwait, &set, BAD, NULL, 8);

    const struct sigaction action = {.sa_sigaction = on_siginfo, .sa_flags = SA_SIGINFO};
    sigaction(number, &action, NULL);
    for (int i = 1; i <= 3; ++i) {
        sent = with_value(number, SI_QUEUE, i * 100);
        TRY(rt_sigqueueinfo, self, number, &sent);
    }
    SHOW(count);
    TRY(rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    SHOW(count);
    for (int i = 0; i < count; ++i) {
        SHOW(values[i]);
        SHOW(codes[i]);
    }
    TRY(rt_sigqueueinfo, self, 99, &sent);
    TRY(rt_sigqueueinfo, self, number, BAD);
    TRY(rt_sigqueueinfo, 1 << 30, number, &sent);
    TRY(rt_tgsigqueueinfo, self, 1 << 30, number, &sent);
    TRY(rt_tgsigqueueinfo, self, self, number, BAD);
    // What waits for the parent is not the child's.
    const unsigned long fault = 1UL << (SIGFPE - 1);
    TRY(rt_sigprocmask, SIG_BLOCK, &fault, NULL, 8);
    TRY(kill, self, SIGFPE);
    const pid_t child = fork();
    sigset_t pending;
    sigpending(&pending);
    if (child == 0) _exit(sigismember(&pending, SIGFPE) ? 1 : 0);
    int status = -1;
    waitpid(child, &status, 0);
    SHOW(status);
    SHOW(sigismember(&pending, SIGFPE));
    sent = with_value(number, SI_USER, 1);
    TRY(rt_sigqueueinfo, 1, 0, &sent);
    TRY(rt_sigqueueinfo, self, 0, &sent);
    return 0;
}
