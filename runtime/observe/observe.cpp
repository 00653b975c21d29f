// SPDX-License-Identifier: BSL-1.0
//
// The process that observes. It stays the program's parent, as of time(1): so it knows how the program has ended, and
// a shell that waits for it has everything on the terminal when it goes on.
#include "observe.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "../run/end_like.h"
#include "../run/handed_on.h"
#include "options.h"
#include "region.h"
#include "statistics.h"
#include "trace.h"
#include "wali_ticks.h"

namespace wali::observe {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a tick is, from one moment to another.
class Ticks {
  public:
    double nanoseconds() const {
        const std::uint64_t ticks = wali_ticks() - ticks_;
        const std::chrono::duration<double, std::nano> time = Clock::now() - time_;
        return time.count() / static_cast<double>(ticks);
    }
    /// For lines that are written before the end is known: to within a thousandth.
    double first_nanoseconds() const {
        while (Clock::now() - time_ < std::chrono::milliseconds(1)) continue;
        return nanoseconds();
    }

  private:
    Clock::time_point time_ = Clock::now();
    std::uint64_t ticks_ = wali_ticks();
};

int open_output(const std::string& file) {
    if (file.empty()) return STDERR_FILENO;
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) refuse("cannot write " + file + ": " + std::strerror(errno));
    return fd;
}

/// The segment lives as long as a process has it, and is named by its number all the same.
observed_region& make_region(int& id) {
    id = shmget(IPC_PRIVATE, sizeof(observed_region), IPC_CREAT | SHM_NORESERVE | 0600);
    void* memory = id < 0 ? nullptr : shmat(id, nullptr, 0);
    if (id < 0 || memory == reinterpret_cast<void*>(-1))
        refuse(std::string("no shared memory to observe with: ") + std::strerror(errno));
    shmctl(id, IPC_RMID, nullptr);
    return *static_cast<observed_region*>(memory);
}

void prepare(observed_region& region, const Options& options, const Ticks& ticks) {
    region.observer = static_cast<std::uint32_t>(getpid());
    region.traces = options.traces;
    region.counts = options.counts;
    for (std::size_t call = 0; call < OBSERVED_CALLS; ++call)
        if (options.traced[call]) region.traced[call / 64] |= std::uint64_t{1} << call % 64;
    region.nanoseconds = static_cast<std::uint64_t>(ticks.first_nanoseconds() * 4294967296.0);
    region.magic = OBSERVED_MAGIC;
}

class Observer {
  public:
    Observer(pid_t program, int segment, Trace* trace) : program_(program), segment_(segment), trace_(trace) {}

    /// Until the program and all that it has started have ended, or, after the program, a signal ends this. Returns the
    /// program's wait status.
    int wait() {
        while (!ended_ || others_run()) {
            const bool busy = trace_ && trace_->write_lines();
            if (trace_) trace_->write_unfinished();
            const timespec pause = {0, busy ? 500000 : 10000000};
            siginfo_t info;
            sigset_t all;
            sigfillset(&all);
            const int signal = trace_ || ended_ ? sigtimedwait(&all, &info, &pause) : sigwaitinfo(&all, &info);
            if (signal > 0) look_at_children();  // first: whom a signal is for may have ended
            if (signal > 0 && !ended_ && is_handed_on(info))
                kill(program_, signal);
            else if (ended_ && (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT))
                break;  // what the program has left behind is not waited for any longer
        }
        return status_;
    }

  private:
    bool others_run() const {
        shmid_ds segment;
        return shmctl(segment_, IPC_STAT, &segment) == 0 && segment.shm_nattch > 1;
    }

    void look_at_children() {
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
            if (pid != program_) continue;  // an orphan, if this is process 1
            if (WIFSTOPPED(status)) {
                kill(getpid(), SIGSTOP);
                kill(program_, SIGCONT);
            } else {
                status_ = status;
                ended_ = true;
            }
        }
    }

    const pid_t program_;
    const int segment_;
    Trace* const trace_;
    bool ended_ = false;
    int status_ = 0;
};

void write_statistics(int output, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = write(output, text.data() + done, text.size() - done);
        if (count <= 0 && errno != EINTR) {
            std::fprintf(stderr, "walirun: cannot write the statistics: %s\n", std::strerror(errno));
            break;
        }
        if (count > 0) done += static_cast<std::size_t>(count);
    }
}

}  // namespace

int start(int argc, char** argv) {
    int at = 1;
    const std::optional<Options> options = read_options(argc, argv, at);
    if (!options) return 0;
    const Ticks ticks;
    const int trace_output = open_output(options->trace_file);
    const int stats_output = open_output(options->stats_file);
    int segment;
    observed_region& region = make_region(segment);
    prepare(region, *options, ticks);

    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    struct sigaction ends = {};  // not ignored, as the program may have been started: that would hide the child's end
    struct sigaction old_ends;
    sigaction(SIGCHLD, &ends, &old_ends);
    const pid_t program = fork();
    if (program < 0) refuse(std::string("cannot start a process: ") + std::strerror(errno));
    if (program == 0) {
        shmdt(&region);
        sigaction(SIGCHLD, &old_ends, nullptr);
        sigprocmask(SIG_SETMASK, &before, nullptr);
        setenv(OBSERVED_VARIABLE, std::to_string(segment).c_str(), 1);
        return at - 1;
    }

    Trace trace(region, trace_output);
    const int status = Observer(program, segment, options->traces ? &trace : nullptr).wait();
    __atomic_store_n(&region.closed, 1, __ATOMIC_RELAXED);
    if (region.attached == 0) {  // nothing ran, which has been said, or nothing could be seen
        if (WIFEXITED(status) && WEXITSTATUS(status) != 2)
            std::fputs("walirun: the program ran, but could not attach to the memory to observe it by\n", stderr);
        end_like(status);
    }
    if (options->traces) trace.finish(program, status);
    if (options->counts)
        write_statistics(stats_output, options->json ? statistics_json(region, ticks.nanoseconds())
                                                     : statistics(region, ticks.nanoseconds()));
    end_like(status);
}

}  // namespace wali::observe
