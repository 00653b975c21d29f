// SPDX-License-Identifier: BSL-1.0
#include "handed_on.h"

#include <unistd.h>

namespace wali {

bool is_handed_on(const siginfo_t& signal) {
    if (signal.si_code == SI_USER && signal.si_pid == getpid()) return false;  // SIGPIPE of this one
    if (signal.si_code == SI_TIMER) return false;
    const bool of_kernel = signal.si_code > 0;
    switch (signal.si_signo) {
        case SIGCHLD: return false;
        case SIGINT:
        case SIGQUIT:
        case SIGTSTP:
        case SIGTTIN:
        case SIGTTOU:
        case SIGWINCH: return !of_kernel;
        // Of a terminal that is gone, the leader of the session alone gets them.
        case SIGHUP:
        case SIGCONT: return !of_kernel || getsid(0) == getpid();
        default: return true;
    }
}

}  // namespace wali
