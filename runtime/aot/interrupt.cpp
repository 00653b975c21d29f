// SPDX-License-Identifier: BSL-1.0
#include "interrupt.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

namespace wali::aot {
namespace {

bool active = false;
sigset_t watched;
sigset_t old_mask;
struct sigaction old_child_action;

/// What was blocked or ignored at the start would not have ended the program that this one stands for.
bool would_end(int signal) {
    struct sigaction action;
    sigaction(signal, nullptr, &action);
    return action.sa_handler != SIG_IGN && sigismember(&old_mask, signal) == 0;
}

int wait_for(const sigset_t& signals, std::chrono::milliseconds duration) {
    const timespec timeout = {duration.count() / 1000, duration.count() % 1000 * 1000000};
    return sigtimedwait(&signals, nullptr, &timeout);
}

/// Waits for a watched signal for at most `duration`. Throws Interrupted unless it is SIGCHLD.
void wait_for_signal(std::chrono::milliseconds duration) {
    const int signal = wait_for(watched, duration);
    if (signal > 0 && signal != SIGCHLD) throw Interrupted{signal};
}

/// `wait` sleeps until a child may have ended, at most for what it is given.
template <class Wait>
pid_t wait_for_one_by(const std::vector<pid_t>& children, int& status, std::chrono::milliseconds duration, Wait wait) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + duration;
    for (;;) {
        for (const pid_t child : children)
            if (waitpid(child, &status, WNOHANG) != 0) return child;
        const Clock::time_point now = Clock::now();
        if (now >= end) return 0;
        wait(std::chrono::ceil<std::chrono::milliseconds>(end - now));
    }
}

/// The program to be executed may have children, and wait for SIGCHLD: sends again what was taken from it here.
void return_child_signal() {
    siginfo_t info = {};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
        syscall(SYS_rt_sigqueueinfo, getpid(), SIGCHLD, &info);
}

}  // namespace

Interrupts::Interrupts() {
    sigprocmask(SIG_BLOCK, nullptr, &old_mask);
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        if (would_end(signal)) sigaddset(&watched, signal);
    sigprocmask(SIG_BLOCK, &watched, nullptr);
    // If SIGCHLD is ignored, children cannot be waited for.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &action, &old_child_action);
    active = true;
}

void Interrupts::release() {
    if (!active) return;
    sigaction(SIGCHLD, &old_child_action, nullptr);  // drops what is pending
    return_child_signal();
    sigprocmask(SIG_SETMASK, &old_mask, nullptr);
    active = false;
}

void Interrupts::forget() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    active = false;
}

void reset_signals_in_child() {
    if (!active) return;
    sigaction(SIGCHLD, &old_child_action, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask, nullptr);
}

void check_interrupted() { wait_for_signal(std::chrono::milliseconds(0)); }

pid_t wait_for_one(const std::vector<pid_t>& children, int& status, std::chrono::milliseconds duration) {
    return wait_for_one_by(children, status, duration, wait_for_signal);
}

bool wait_for_end(pid_t child, int& status, std::chrono::milliseconds duration) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    const auto wait = [&](std::chrono::milliseconds left) { wait_for(ends, left); };
    return wait_for_one_by({child}, status, duration, wait) != 0;
}

void sleep_for(std::chrono::milliseconds duration) { wait_for_signal(duration); }

}  // namespace wali::aot
