// SPDX-License-Identifier: BSL-1.0
// A program that executes its own file: arguments, environment and descriptors go from one to the next.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(execve, const char*, char* const*, char* const*);
DECLARE(wait4, int, int*, int, void*);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(getpid, void);

/// The runtime needs these to find its cache; natively they do no harm.
static char* kept(const char* name) {
    static char texts[4][1000];
    static int count;
    const char* value = getenv(name);
    char* text = texts[count++ & 3];
    strcpy(text, name);
    strcat(text, "=");
    if (value && strlen(value) < 900) strcat(text, value);
    return text;
}

static int again(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) SHOW_TEXT(argv[i], (long long)strlen(argv[i]));
    const char* value = getenv("WALI_TEST_AGAIN");
    SHOW_TEXT(value, value ? (long long)strlen(value) : 0);
    SHOW(getenv("WALI_TEST_VALUE") != NULL);
    TRY(fcntl, 17, F_GETFD, 0);
    TRY(fcntl, 18, F_GETFD, 0);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    SHOW(now.sa_handler == SIG_IGN);
    sigaction(SIGUSR2, NULL, &now);
    SHOW(now.sa_handler == SIG_DFL);
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    SHOW(sigismember(&mask, SIGHUP));
    SHOW(sigismember(&mask, SIGTERM));
    // Signals that stand for faults.
    for (int number = 1; number < 12; ++number) {
        if (number != SIGFPE && number != SIGSEGV && number != SIGBUS && number != SIGILL) continue;
        sigaction(number, NULL, &now);
        SHOW(now.sa_handler == SIG_IGN);
        SHOW(sigismember(&mask, number));
    }
    SHOW(atoi(argv[4]) == CALL(getpid));
    return 12;
}

static void on_signal(int number) { (void)number; }

int main(int argc, char** argv) {
    if (argc > 1 && strcmp(argv[1], "again") == 0) return again(argc < 5 ? argc : 4, argv);
    dup2(1, 17);
    fcntl(dup2(1, 18), F_SETFD, FD_CLOEXEC);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, on_signal);
    signal(SIGSEGV, SIG_IGN);
    signal(SIGFPE, SIG_IGN);
    signal(SIGBUS, on_signal);
    sigset_t hup;
    sigemptyset(&hup);
    sigaddset(&hup, SIGHUP);
    sigaddset(&hup, SIGFPE);
    sigaddset(&hup, SIGILL);
    sigprocmask(SIG_BLOCK, &hup, NULL);
    const int child = fork();
    if (child == 0) {
        struct line number = {0};
        add_number(&number, CALL(getpid));
        char* const arguments[] = {"other name", "again", "", "two words\n", number.text, NULL};
        char* const environment[] = {"WALI_TEST_AGAIN=x=y z", kept("HOME"), kept("PATH"), kept("WALI_CACHE_DIR"), NULL};
        TRY(execve, argv[0], arguments, environment);
        _exit(77);
    }
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
    TRY(execve, "missing", argv, argv);
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    SHOW(now.sa_handler == SIG_IGN);

    // A script whose only line has no end: the program is its interpreter.
    const int script = open("script", O_WRONLY | O_CREAT, 0700);
    struct line line = {0};
    add(&line, "#! ");
    add(&line, argv[0]);
    add(&line, " again");
    if (write(script, line.text, strlen(line.text)) < 0 || close(script) != 0) return 1;
    const int second = fork();
    if (second == 0) {
        struct line number = {0};
        add_number(&number, CALL(getpid));
        char* const arguments[] = {"script", "one", number.text, NULL};
        char* const environment[] = {kept("HOME"), kept("PATH"), kept("WALI_CACHE_DIR"), NULL};
        TRY(execve, "./script", arguments, environment);
        _exit(77);
    }
    TRY_OK(wait4, second, &status, 0, NULL);
    SHOW(status);
    unlink("script");  // its text is not the same in both
    return 0;
}
