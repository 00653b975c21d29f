// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace wali::aot {

/// SIGINT, SIGTERM or SIGHUP asked the program to end; not if it was started with them ignored or blocked. Unwinding
/// cleans up; main then ends by that signal.
struct Interrupted {
    int signal;
};

/// While it lives those signals, and SIGCHLD, are blocked and seen only here, so that none is missed between a check
/// and a wait. At most one exists.
class Interrupts {
  public:
    Interrupts();
    ~Interrupts() { release(); }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// Back to how the program was started; for what it executes.
    void release();

    /// In a process that was forked: nothing is blocked or watched any more, and another may exist.
    static void forget();
};

/// Throws Interrupted if a signal came.
void check_interrupted();

/// Waits until one of these children ends (returns its process id and status), or throws Interrupted; at most for
/// `duration`, then it returns 0. Others are not touched: a program that executes a module leaves its children to that.
pid_t wait_for_one(const std::vector<pid_t>& children, int& status, std::chrono::milliseconds duration);

/// Whether this child ends, which then has this status, within `duration`; whatever comes meanwhile waits.
bool wait_for_end(pid_t child, int& status, std::chrono::milliseconds duration);

/// Sleeps, or throws Interrupted.
void sleep_for(std::chrono::milliseconds duration);

/// In a child process: signals as at the start of the program.
void reset_signals_in_child();

}  // namespace wali::aot
