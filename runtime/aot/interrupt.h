// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>

namespace wali::aot {

/// SIGINT, SIGTERM or SIGHUP asked the program to end. Unwinding cleans up; main then ends by that signal.
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
};

/// Throws Interrupted if a signal came.
void check_interrupted();

/// Waits until a child ends (returns its process id and status), or throws Interrupted. -1 if there is no child.
pid_t wait_for_child(int& status);

/// Sleeps, or throws Interrupted.
void sleep_for(std::chrono::milliseconds duration);

/// In a child process: signals as at the start of the program.
void reset_signals_in_child();

}  // namespace wali::aot
