// SPDX-License-Identifier: BSL-1.0
#include "end_like.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace wali {

void end_like(int status) {
    std::fflush(stdout);
    if (WIFSIGNALED(status)) {
        const rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(WTERMSIG(status), SIG_DFL);
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, WTERMSIG(status));
        raise(WTERMSIG(status));
        pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

}  // namespace wali
