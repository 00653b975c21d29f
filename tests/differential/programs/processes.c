// SPDX-License-Identifier: BSL-1.0
// Making processes, waiting for them, sessions and groups; starting programs.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(fork, void);
DECLARE(wait4, int, int*, int, struct rusage*);
DECLARE(waitid, int, int, siginfo_t*, int, struct rusage*);
DECLARE(execve, const char*, char* const*, char* const*);
DECLARE(exit, int);
DECLARE(exit_group, int);
DECLARE(getpid, void);
DECLARE(getppid, void);
DECLARE(gettid, void);
DECLARE(setpgid, int, int);
DECLARE(getpgid, int);
DECLARE(getpgrp, void);
DECLARE(setsid, void);
DECLARE(getsid, int);
DECLARE(kill, int, int);
DECLARE(clone3, void*, size_t);

static void endings(void) {
    int status = -1;
    struct rusage used;
    TRY(wait4, -1, &status, 0, NULL);
    TRY(wait4, -1, &status, WNOHANG, NULL);
    TRY(wait4, 1, &status, 0, NULL);
    TRY(wait4, -1, &status, 0x8000, NULL);
    static const int codes[] = {0, 1, 42, 255, 256, 257, -1};
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; ++i) {
        const int child = (int)CALL(fork);
        if (child == 0) {
            if (i % 2) CALL(exit, codes[i]);
            CALL(exit_group, codes[i]);
        }
        TRY_OK(wait4, child, &status, 0, &used);
        SHOW(status);
        SHOW(used.ru_utime.tv_usec >= 0 && used.ru_utime.tv_usec < 1000000);
    }
    const int parent = (int)CALL(getpid);
    const int child = (int)CALL(fork);
    if (child == 0) {
        SHOW(CALL(getppid) == parent);
        SHOW(CALL(getpid) == CALL(gettid));
        SHOW(CALL(getpid) != parent);
        CALL(exit_group, 3);
    }
    TRY(wait4, child, BAD, 0, NULL);
    TRY(wait4, child, NULL, 0, NULL);
}

static void waiting_by_id(void) {
    siginfo_t info;
    memset(&info, 0xff, sizeof info);
    TRY(waitid, P_ALL, 0, &info, WEXITED, NULL);
    int ends[2];
    if (pipe(ends)) return;
    const int child = (int)CALL(fork);
    if (child == 0) {
        char byte;
        close(ends[1]);
        if (read(ends[0], &byte, 1) < 0) CALL(exit_group, 1);
        CALL(exit_group, 9);
    }
    close(ends[0]);
    TRY(waitid, P_PID, child, &info, WEXITED | WNOHANG, NULL);
    SHOW(info.si_signo);
    SHOW(info.si_pid);
    TRY(kill, child, SIGSTOP);
    TRY(waitid, P_PID, child, &info, WSTOPPED, NULL);
    SHOW(info.si_code);
    SHOW(info.si_status);
    int status = 0;
    TRY(kill, child, SIGCONT);
    TRY_OK(wait4, child, &status, WCONTINUED, NULL);
    SHOW(status);
    close(ends[1]);
    TRY(waitid, P_PID, child, &info, WEXITED | WNOWAIT, NULL);
    SHOW(info.si_code);
    SHOW(info.si_status);
    SHOW(info.si_pid == child);
    SHOW(info.si_signo);
    SHOW(info.si_uid == getuid());
    TRY(waitid, P_PID, child, BAD, WEXITED | WNOWAIT, NULL);
    TRY(waitid, P_PID, child, NULL, WEXITED, NULL);
    TRY(waitid, P_PID, child, &info, WEXITED, NULL);
    TRY(waitid, 99, 0, &info, WEXITED, NULL);
    TRY(waitid, P_ALL, 0, &info, 0, NULL);
}

static void groups(void) {
    const int child = (int)CALL(fork);
    if (child == 0) {
        const int self = (int)CALL(getpid);
        SHOW(CALL(getpgrp) == CALL(getpgid, 0));
        SHOW(CALL(getpgid, self) != self);
        TRY(setpgid, 0, 0);
        SHOW(CALL(getpgid, 0) == self);
        TRY(setsid);
        TRY(setpgid, 0, 1);
        TRY(setpgid, 0, -1);
        TRY(setpgid, 1 << 30, 0);
        TRY(getpgid, 1 << 30);
        TRY(getpgid, -1);
        TRY(getsid, 1 << 30);
        SHOW(CALL(getsid, 0) == CALL(getsid, getppid()));
        const int grandchild = (int)CALL(fork);
        if (grandchild == 0) {
            TRY_OK(setsid);
            SHOW(CALL(getsid, 0) == CALL(getpid));
            SHOW(CALL(getpgrp) == CALL(getpid));
            TRY(setpgid, 0, 0);
            CALL(exit_group, 0);
        }
        int status;
        TRY_OK(wait4, grandchild, &status, 0, NULL);
        CALL(exit_group, 0);
    }
    int status;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

static void start(const char* path, char* const* arguments, char* const* environment) {
    const int child = (int)CALL(fork);
    if (child == 0) {
        TRY(execve, path, arguments, environment);
        CALL(exit_group, 77);
    }
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

static void on_signal(int number) { (void)number; }

static void programs(void) {
    char* const arguments[] = {"sh", "-c", "echo \"$0 $1 $VALUE\"; exit 5", "zero", "one two", NULL};
    char* const environment[] = {"VALUE=a=b", "PATH=/usr/bin:/bin", NULL};
    char* const none[] = {NULL};
    char* const wrong[] = {"sh", BAD, NULL};
    char* const again[] = {"sh", "-c", "echo open >&17; exit $?", NULL};
    start("/bin/sh", arguments, environment);
    start("/bin/true", none, none);
    start("/bin/true", NULL, NULL);
    start("absent", arguments, environment);
    start(".", arguments, environment);
    start("", arguments, environment);
    start(BAD, arguments, environment);
    start("/bin/sh", wrong, environment);
    start("/bin/sh", arguments, wrong);
    start("/bin/sh", BAD, environment);
    const int file = open("script", O_CREAT | O_WRONLY, 0644);
    if (write(file, "#!/bin/sh\necho script \"$1\"\n", 27) != 27) return;
    start("./script", arguments, environment);
    fchmod(file, 0755);
    start("./script", arguments, environment);
    close(file);
    start("./script", arguments, environment);
    const int text = open("text", O_CREAT | O_WRONLY, 0755);
    if (write(text, "neither\n", 8) != 8) return;
    close(text);
    start("./text", arguments, environment);
    // Descriptors with and without close-on-exec, ignored signals and the mask go through.
    dup2(1, 17);
    start("/bin/sh", again, environment);
    fcntl(17, F_SETFD, FD_CLOEXEC);
    start("/bin/sh", again, environment);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, on_signal);
    char* const signals[] = {"sh", "-c", "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status", NULL};
    sigset_t hup;
    sigemptyset(&hup);
    sigaddset(&hup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hup, NULL);
    start("/bin/sh", signals, environment);
}

// Handlers become default actions in the child; what is ignored stays so.
static void cleared_handlers(void) {
    unsigned long arguments[11] = {1UL << 32 /* CLEAR_SIGHAND */};
    arguments[4] = SIGCHLD;
    signal(SIGUSR1, on_signal);
    signal(SIGSEGV, on_signal);
    signal(SIGUSR2, SIG_IGN);
    const int child = (int)CALL(clone3, arguments, sizeof arguments);
    if (child == 0) {
        const int all = signal(SIGSEGV, SIG_DFL) == SIG_DFL && signal(SIGUSR2, SIG_IGN) == SIG_IGN;
        if (all) CALL(kill, CALL(getpid), SIGUSR1);
        CALL(exit_group, 2);
    }
    int status = -1;
    SHOW(CALL(wait4, child, &status, 0, NULL) == child);
    SHOW(status);
    SHOW(signal(SIGUSR1, SIG_DFL) == on_signal);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
}

int main(int argc, char** argv) {
    SHOW(argc);
    for (int i = 1; i < argc; ++i) SHOW_TEXT(argv[i], (long long)strlen(argv[i]));
    endings();
    cleared_handlers();
    waiting_by_id();
    groups();
    programs();
    CALL(exit_group, 300);
    return 0;
}
