// SPDX-License-Identifier: BSL-1.0
// supervise MILLISECONDS PROGRAM [ARGUMENT...]: runs a program until it succeeds, at most five times. What runs for
// longer than MILLISECONDS is killed.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum outcome { succeeded, unsuccessful, impossible };

static enum outcome failed(const char* call, int error) {
    fprintf(stderr, "supervise: %s: %s\n", call, strerror(error));
    return impossible;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

// 1 when the descriptor is readable, 0 when the time is over.
static int wait_readable(int fd, long long milliseconds) {
    struct pollfd item = {.fd = fd, .events = POLLIN};
    for (const long long end = now() + milliseconds;;) {
        const long long left = end - now();
        const int ready = poll(&item, 1, left > 0 ? (int)left : 0);
        if (ready >= 0 || errno != EINTR) return ready;
    }
}

static enum outcome take_status(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return failed("waitpid", errno);
    if (WIFSIGNALED(status)) fprintf(stderr, "supervise: signal %d\n", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        fprintf(stderr, "supervise: exit code %d\n", WEXITSTATUS(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? succeeded : unsuccessful;
}

static enum outcome run(char** arguments, int milliseconds) {
    pid_t child;
    const int error = posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ);
    if (error != 0) return failed("posix_spawn", error);
    const int process = pidfd_open(child, 0);
    const int ready = process < 0 ? -1 : wait_readable(process, milliseconds);
    const int wait_error = errno;
    if (process >= 0) close(process);
    if (ready > 0) return take_status(child);
    if (ready == 0) fputs("supervise: timed out\n", stderr);
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0)
        if (errno != EINTR) return failed("waitpid", errno);
    return ready == 0 ? unsuccessful : failed("poll", wait_error);
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fputs("usage: supervise MILLISECONDS PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    for (int runs = 0; runs < 5; ++runs) {
        const enum outcome outcome = run(argv + 2, atoi(argv[1]));
        if (outcome != unsuccessful) return outcome == succeeded ? 0 : 1;
    }
    fputs("supervise: gave up\n", stderr);
    return 1;
}
