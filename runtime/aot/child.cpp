// SPDX-License-Identifier: BSL-1.0
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "interrupt.h"
#include "refusal.h"

namespace wali::aot {
namespace {

constexpr int exit_refused = 2;
constexpr int exit_limit = 3;
constexpr std::chrono::seconds time_to_clean_up{10};
constexpr std::size_t report_bytes = 2000;  // not more than a pipe holds: it is read after the child has ended

std::string read_report(int fd) {
    std::string text(report_bytes, '\0');
    const ssize_t count = read(fd, text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

/// Closes all but the first three, and the report, which moves behind them.
int keep_standard(int report) {
    const int kept = dup2(report, STDERR_FILENO + 1);
    syscall(SYS_close_range, static_cast<unsigned>(kept) + 1, ~0U, 0U);
    return kept;
}

}  // namespace

Child::Child(const std::function<void()>& work, Descriptors descriptors) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw Refusal(with_errno("cannot make a pipe", errno));
    const pid_t parent = getpid();
    pid_ = fork();
    const int error = errno;
    if (pid_ == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) throw Interrupted{SIGTERM};
        run(work, descriptors == Descriptors::Standard ? keep_standard(ends[1]) : ends[1]);
    }
    close(ends[1]);
    report_ = ends[0];
    if (pid_ < 0) {
        close(report_);
        throw Refusal(with_errno("cannot start a process", error));
    }
    setpgid(pid_, pid_);
}

void Child::run(const std::function<void()>& work, int report) {
    int exit_code = 0;
    std::string problem;
    try {
        work();
    } catch (const LimitReached& limit) {
        exit_code = exit_limit;
        problem = limit.what();
    } catch (const std::exception& error) {  // Interrupted is none
        exit_code = exit_refused;
        problem = error.what();
    }
    static_cast<void>(!write(report, problem.data(), std::min(problem.size(), report_bytes)));
    _exit(exit_code);
}

bool Child::wait_for(std::chrono::milliseconds duration) {
    try {
        if (wait_for_one({pid_}, status_, duration) == 0) return false;
    } catch (const Interrupted& interrupted) {
        end(interrupted.signal);
        throw;
    }
    running_ = false;
    kill(-pid_, SIGKILL);
    return true;
}

int Child::status() const {
    const std::string problem = read_report(report_);
    if (problem.empty()) return status_;
    if (WIFEXITED(status_) && WEXITSTATUS(status_) == exit_limit) throw LimitReached(problem);
    throw Refusal(problem);
}

/// The signal lets it end what it has started, and remove what that has written.
void Child::end(int signal) {
    kill(pid_, signal);
    const bool ended = wait_for_end(pid_, status_, time_to_clean_up);
    kill(-pid_, SIGKILL);
    while (!ended && waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
    running_ = false;
}

Child::~Child() {
    if (running_) end(SIGKILL);
    close(report_);
}

}  // namespace wali::aot
