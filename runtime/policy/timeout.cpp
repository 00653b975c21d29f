// SPDX-License-Identifier: BSL-1.0
#include "timeout.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "../run/end_like.h"
#include "../run/handed_on.h"
#include "policy.h"

namespace wali::policy {
namespace {

constexpr int exit_timeout = 124;  // as that of timeout(1)

timespec now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

/// What is left of `milliseconds` since `start`; nothing if they are over.
timespec left(const timespec& start, std::uint64_t milliseconds) {
    const timespec time = now();
    const auto passed = (time.tv_sec - start.tv_sec) * 1'000'000'000 + time.tv_nsec - start.tv_nsec;
    const auto rest = static_cast<std::int64_t>(milliseconds) * 1'000'000 - passed;
    return rest > 0 ? timespec{rest / 1'000'000'000, rest % 1'000'000'000} : timespec{0, 0};
}

/// Ends all descendants: orphans become children of this process, so those that end show theirs.
void end_all() {
    const std::string own = std::to_string(getpid());
    do {
        std::ifstream children("/proc/self/task/" + own + "/children");
        if (!children) return;  // a kernel that does not tell
        for (pid_t child = 0; children >> child;) kill(child, SIGKILL);
    } while (wait(nullptr) > 0 || errno == EINTR);
}

/// A shell that waits for this process shall see that the child has stopped. The time goes on.
void stop(const timespec& start, std::uint64_t milliseconds) {
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGCONT;
    const itimerspec rest = {{0, 0}, left(start, milliseconds)};
    timer_t timer;
    const bool over = rest.it_value.tv_sec == 0 && rest.it_value.tv_nsec == 0;
    if (over || timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;
    timer_settime(timer, 0, &rest, nullptr);
    raise(SIGSTOP);
    timer_delete(timer);
}

[[noreturn]] void supervise(pid_t child, std::uint64_t milliseconds, const char* name) {
    const timespec start = now();
    sigset_t all;
    sigfillset(&all);
    for (;;) {
        int status = 0;
        for (pid_t changed; (changed = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
            if (changed != child) continue;
            if (WIFSTOPPED(status)) {
                stop(start, milliseconds);
                continue;
            }
            end_all();
            end_like(status);
        }
        const timespec rest = left(start, milliseconds);
        siginfo_t signal;
        if (sigtimedwait(&all, &signal, &rest) < 0) {
            if (errno != EAGAIN || rest.tv_sec > 0 || rest.tv_nsec > 0) continue;
            kill(child, SIGKILL);
            end_all();
            std::fprintf(stderr, "walirun: %s: its time is over (--timeout)\n", name);
            _exit(exit_timeout);
        }
        if (is_handed_on(signal)) kill(child, signal.si_signo);
    }
}

}  // namespace

void limit_time(std::uint64_t milliseconds, const char* name) {
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    prctl(PR_SET_CHILD_SUBREAPER, 1UL);
    struct sigaction ends = {};  // not ignored, as the program may have been started: that would hide the child's end
    struct sigaction old_ends;
    sigaction(SIGCHLD, &ends, &old_ends);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) throw failure("fork");
    if (child > 0) supervise(child, milliseconds, name);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(exit_timeout);
    sigaction(SIGCHLD, &old_ends, nullptr);
    pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

}  // namespace wali::policy
