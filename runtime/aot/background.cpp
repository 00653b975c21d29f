// SPDX-License-Identifier: BSL-1.0
#include "background.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "descriptors.h"
#include "interrupt.h"

namespace wali::aot {
namespace {

/// Orphans become children of init, or of a process that asked for them; a module may execute another after that.
class NoSubreaper {
  public:
    NoSubreaper() {
        prctl(PR_GET_CHILD_SUBREAPER, &was_);
        prctl(PR_SET_CHILD_SUBREAPER, 0UL);
    }
    ~NoSubreaper() { prctl(PR_SET_CHILD_SUBREAPER, static_cast<unsigned long>(was_)); }
    NoSubreaper(const NoSubreaper&) = delete;
    NoSubreaper& operator=(const NoSubreaper&) = delete;

  private:
    int was_ = 0;
};

void detach(int kept) {
    for (const int fd : open_descriptors())
        if (fd != kept) close(fd);
    for (int fd = 0; fd >= 0 && fd < STDERR_FILENO;) fd = open("/dev/null", O_RDWR);
    setpriority(PRIO_PROCESS, 0, 19);
    const sched_param none = {};
    sched_setscheduler(0, SCHED_IDLE, &none);
    Interrupts::forget();
    for (const int signal : {SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU}) ::signal(signal, SIG_IGN);
    ::signal(SIGTERM, SIG_DFL);
}

}  // namespace

bool run_in_background(int kept, const std::function<void()>& work) {
    if (getpid() == 1) return false;  // orphans are its children
    const NoSubreaper guard;
    const pid_t between = fork();
    if (between == 0) {
        setsid();
        const pid_t process = fork();
        if (process != 0) _exit(process > 0 ? 0 : 1);
        detach(kept);
        const Interrupts interrupts;
        int exit_code = 0;
        try {
            work();
        } catch (...) {  // also if it was interrupted; nobody is there to be told
            exit_code = 1;
        }
        _exit(exit_code);
    }
    int status = 1;
    while (between > 0 && waitpid(between, &status, 0) < 0 && errno == EINTR) continue;
    return status == 0;
}

}  // namespace wali::aot
