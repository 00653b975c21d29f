// SPDX-License-Identifier: BSL-1.0
#include "interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <initializer_list>

namespace wali::aot {
namespace {

bool active = false;
sigset_t old_mask;
struct sigaction old_child_action;

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
    return set;
}

/// Waits for a watched signal for at most `timeout` (null: for ever). Throws Interrupted unless it is SIGCHLD.
void wait_for_signal(const timespec* timeout) {
    const sigset_t set = watched();
    const int signal = sigtimedwait(&set, nullptr, timeout);
    if (signal > 0 && signal != SIGCHLD) throw Interrupted{signal};
}

}  // namespace

Interrupts::Interrupts() {
    const sigset_t set = watched();
    sigprocmask(SIG_BLOCK, &set, &old_mask);
    // If SIGCHLD is ignored, children cannot be waited for.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &action, &old_child_action);
    active = true;
}

void Interrupts::release() {
    reset_signals_in_child();
    active = false;
}

void reset_signals_in_child() {
    if (!active) return;
    sigaction(SIGCHLD, &old_child_action, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask, nullptr);
}

void check_interrupted() {
    const timespec now = {0, 0};
    wait_for_signal(&now);
}

pid_t wait_for_child(int& status) {
    for (;;) {
        const pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid != 0) return pid;
        wait_for_signal(nullptr);
    }
}

void sleep_for(std::chrono::milliseconds duration) {
    const timespec timeout = {duration.count() / 1000, duration.count() % 1000 * 1000000};
    wait_for_signal(&timeout);
}

}  // namespace wali::aot
