// SPDX-License-Identifier: BSL-1.0
// injector [--all] SCENARIOS [COMMAND...]: what the framework does when a system call fails in the middle of its work.
//
// SCENARIOS is the native program of scenarios.cpp. Each scenario runs once to see which calls it makes; then once for
// each of these calls and each errno, with that call failing by that errno and never reaching the kernel. Before and
// after the scenario this program looks into its process: every descriptor, mapping, child and file that it did not
// have before is a leak. EIO, which nothing can handle, has to come back as the scenario's error. All of it happens in
// one process, until something goes wrong there.
//
// With COMMAND, such as `walirun scenarios.wasm`, this happens to COMMAND instead, and fails those calls that the
// native program makes. Then some of them are the runtime's own, whose errors it may handle, so EIO may get lost. A
// seccomp filter hands the calls over (seccomp_unotify(2)).
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wali/core/error.hpp>

#include <faults/marker.hpp>

namespace {

using Command = std::vector<std::string>;

/// Calls that give something back, where failing them without doing them would make the leak that is looked for; that
/// a program starts and ends with; and that cannot fail.
constexpr int never_failed[] = {
    SYS_close,
    SYS_close_range,
    SYS_munmap,
    SYS_unlink,
    SYS_unlinkat,
    SYS_rmdir,
    SYS_mq_unlink,
    SYS_shmdt,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_brk,
    SYS_kill,
    SYS_pidfd_send_signal,
    SYS_tgkill,
    SYS_wait4,
    SYS_waitid,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_geteuid,
    SYS_getegid,
    SYS_rt_sigpending,
    SYS_clock_gettime,
};

/// How the runtime gives memory of a guest back, and how objects of System V are removed.
bool gives_back(const seccomp_data& call) {
    switch (call.nr) {
        case SYS_mmap: return call.args[2] == PROT_NONE && (call.args[3] & MAP_FIXED);
        case SYS_msgctl:
        case SYS_shmctl: return call.args[1] == IPC_RMID;
        case SYS_semctl: return call.args[2] == IPC_RMID;
        default: return false;
    }
}

/// What a program has, as far as other processes can see.
struct Belongings {
    std::map<int, std::string> descriptors;
    std::multiset<std::string> mappings;
    std::string children;
    std::set<std::string> files;
};

struct Failure {
    /// Which of the calls that may fail, in their order.
    std::size_t index;
    int error;
};

struct Run {
    /// The numbers of the calls that could have failed.
    std::vector<int> calls;
    std::string output;
    std::vector<std::string> problems;
};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "injector: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

/// `native`: anonymous memory counts, too. That of a module is its heap as well, which grows and stays.
Belongings belongings_of(std::uint32_t thread, const std::filesystem::path& folder, bool native) {
    Belongings found;
    const std::filesystem::path process = "/proc/" + std::to_string(thread);
    for (const auto& entry : std::filesystem::directory_iterator(process / "fd"))
        found.descriptors[std::stoi(entry.path().filename())] = std::filesystem::read_symlink(entry.path());
    std::istringstream maps(contents(process / "maps"));
    for (std::string line; std::getline(maps, line);)
        if (line.find("[heap]") == std::string::npos && line.find("[stack]") == std::string::npos &&
            (native || line.find('/') != std::string::npos))
            found.mappings.insert(line);
    found.children = contents(process / "task" / std::to_string(thread) / "children");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        found.files.insert(entry.path().lexically_relative(folder));
    return found;
}

/// What `after` has more than `before`, a line for each.
std::vector<std::string> leaks(const Belongings& before, const Belongings& after) {
    std::vector<std::string> found;
    for (const auto& [number, name] : after.descriptors)
        if (!before.descriptors.contains(number))
            found.push_back("descriptor " + std::to_string(number) + " (" + name + ") is left open");
    for (const auto& [number, name] : before.descriptors)
        if (!after.descriptors.contains(number))
            found.push_back("descriptor " + std::to_string(number) + " (" + name + ") was closed");
    if (after.mappings.size() > before.mappings.size())
        for (const std::string& line : after.mappings)
            if (!before.mappings.contains(line)) found.push_back("is left mapped: " + line);
    if (after.children != before.children) found.push_back("a child is left: " + after.children);
    for (const std::string& name : after.files)
        if (!before.files.contains(name)) found.push_back("the file " + name + " is left");
    return found;
}

/// Hands all calls over but those that never fail.
int filter_calls() {
    std::vector<sock_filter> code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const int number : never_failed) {
        code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
        code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    const sock_fprog program = {static_cast<unsigned short>(code.size()), code.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                                    &program));
}

/// The child: stops itself when the filter is there, then becomes the command.
[[noreturn]] void become(const Command& command, const std::string& scenario, const std::filesystem::path& folder,
                         int output) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(const_cast<char*>(scenario.c_str()));
    arguments.push_back(nullptr);
    const pid_t self = getpid();
    // Ends with the injector, however that ends. No call but those that never fail may be made after the filter.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (setpgid(0, 0) != 0 || chdir(folder.c_str()) != 0 || dup2(output, 1) < 0) _exit(126);
    if (filter_calls() < 0) _exit(126);
    syscall(SYS_tgkill, self, self, SIGSTOP);
    execv(arguments[0], arguments.data());
    _exit(127);
}

/// Ends everything that the run started.
void end(pid_t process) {
    kill(-process, SIGKILL);
    for (;;) {
        std::istringstream children(contents("/proc/self/task/" + std::to_string(getpid()) + "/children"));
        for (pid_t child = 0; children >> child;) kill(child, SIGKILL);
        if (waitpid(-1, nullptr, 0) < 0) return;
    }
}

std::string program_of(std::uint32_t thread) {
    std::error_code ended;
    return std::filesystem::read_symlink("/proc/" + std::to_string(thread) + "/exe", ended);
}

/// One process that runs a scenario as often as it is told to.
class Program {
  public:
    /// `eligible`: the only calls that count; with nullptr all do.
    Program(const Command& command, const std::string& scenario, const std::set<int>* eligible)
        : eligible_(eligible), output_(memfd_create("output", MFD_CLOEXEC)) {
        char name[] = "/tmp/wali-faults.XXXXXX";
        if (!mkdtemp(name)) fail("mkdtemp");
        folder_ = name;
        // The child's next descriptor has the number that ours would have.
        const int next = dup(output_);
        close(next);
        child_ = fork();
        if (child_ < 0) fail("fork");
        if (child_ == 0) become(command, scenario, folder_, output_);
        int status = 0;
        waitpid(child_, &status, WUNTRACED);
        if (!WIFSTOPPED(status)) fail("the filter cannot be set up");
        const int process = static_cast<int>(syscall(SYS_pidfd_open, child_, 0));
        listener_ = static_cast<int>(syscall(SYS_pidfd_getfd, process, next, 0));
        close(process);
        if (listener_ < 0) fail("pidfd_getfd");
        kill(child_, SIGCONT);
    }

    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    ~Program() {
        close(listener_);
        end(child_);
        close(output_);
        std::filesystem::remove_all(folder_);
    }

    /// Lets the scenario run once. With a problem nothing more can be done with this program.
    Run run(const Failure* failure) {
        Run run;
        if (waiting_) answer(*waiting_, fault_marker::again);
        waiting_.reset();
        phase_ = 0;
        serve(run, failure);
        run.output = new_output();
        return run;
    }

    /// Lets the program end after a run without a problem: what is wrong with that, or "".
    std::string finish() {
        Run rest;
        if (waiting_) answer(*waiting_, 0);
        waiting_.reset();
        phase_ = 0;
        serve(rest, nullptr);
        return rest.problems.back() == ended_well ? "" : rest.problems.back();
    }

  private:
    static constexpr const char* ended_well = "ends with status 0: ";

    /// Answers the calls of one run until the program asks whether to run again, or has ended.
    void serve(Run& run, const Failure* failure) {
        constexpr int milliseconds = 20'000;
        while (!waiting_) {
            pollfd ready = {listener_, POLLIN, 0};
            if (poll(&ready, 1, milliseconds) != 1) {
                run.problems.push_back("does not end");
                return;
            }
            if (!(ready.revents & POLLIN)) {
                run.problems.push_back(how_it_ended());
                return;
            }
            seccomp_notif call = {};
            if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
            if (call.data.nr == SYS_getpriority && call.data.args[0] == fault_marker::which)
                reach(static_cast<int>(call.data.args[1]), call, run);
            else if (const int error = error_for(call, run, failure); error != 0)
                send({call.id, 0, -error, 0});
            else
                send({call.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE});
        }
    }

    void reach(int phase, const seccomp_notif& call, Run& run) {
        phase_ = phase;
        switch (phase) {
            case fault_marker::before:
                before_ = belongings_of(call.pid, folder_, eligible_ == nullptr);
                program_ = program_of(call.pid);
                break;
            case fault_marker::after:
                run.problems = leaks(before_, belongings_of(call.pid, folder_, eligible_ == nullptr));
                break;
            case fault_marker::reported: waiting_ = call.id; return;
            default: break;
        }
        answer(call.id, 0);
    }

    /// The errno that this call shall fail with, or 0.
    int error_for(const seccomp_notif& call, Run& run, const Failure* failure) const {
        if (phase_ != fault_marker::before || (eligible_ && !eligible_->contains(call.data.nr)) ||
            gives_back(call.data))
            return 0;
        // What a child has become is not the framework's.
        if (program_of(call.pid) != program_) return 0;
        run.calls.push_back(call.data.nr);
        return failure && run.calls.size() - 1 == failure->index ? failure->error : 0;
    }

    void send(seccomp_notif_resp response) const { ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &response); }
    void answer(std::uint64_t id, std::int64_t value) const { send({id, value, 0, 0}); }

    std::string how_it_ended() {
        int status = 0;
        waitpid(child_, &status, 0);
        if (WIFSIGNALED(status)) return "ends by signal " + std::to_string(WTERMSIG(status));
        return "ends with status " + std::to_string(WEXITSTATUS(status)) + ": " + new_output();
    }

    /// What it has written since this was asked last.
    std::string new_output() {
        char text[512] = {};
        const ssize_t size = pread(output_, text, sizeof text - 1, read_);
        if (size > 0) read_ += size;
        return text;
    }

    const std::set<int>* eligible_;
    int output_;
    off_t read_ = 0;
    std::filesystem::path folder_;
    pid_t child_ = 0;
    int listener_ = -1;
    int phase_ = 0;
    Belongings before_;
    std::string program_;
    std::optional<std::uint64_t> waiting_;
};

/// Runs a scenario in one process after the other, each as long as all goes well in it. What does not go well counts if
/// it does so in a new process, too: the run before may have left less than usual, such as no place of a ring.
class Runner {
  public:
    Runner(Command command, std::string scenario, const std::set<int>* eligible)
        : command_(std::move(command)), scenario_(std::move(scenario)), eligible_(eligible) {}

    Run run(const Failure* failure = nullptr) {
        if (program_) {
            Run run = program_->run(failure);
            if (run.problems.empty()) return run;
        }
        program_ = std::make_unique<Program>(command_, scenario_, eligible_);
        Run run = program_->run(failure);
        if (!run.problems.empty()) program_.reset();
        return run;
    }

    std::string finish() { return program_ ? program_->finish() : ""; }

  private:
    Command command_;
    std::string scenario_;
    const std::set<int>* eligible_;
    std::unique_ptr<Program> program_;
};

std::string name_of(int number) { return wali::call_name(static_cast<wali::Call>(number + 1)); }

struct Scenario {
    std::string name;
    std::set<std::string> dispensable;  ///< calls whose errors need not come back
};

std::vector<Scenario> scenarios_of(const std::string& program) {
    std::vector<Scenario> scenarios;
    FILE* list = popen(("'" + program + "' --list").c_str(), "r");
    char line[128];
    while (list && std::fgets(line, sizeof line, list)) {
        std::istringstream words(line);
        Scenario scenario;
        words >> scenario.name;
        for (std::string call; words >> call;) scenario.dispensable.insert(call);
        scenarios.push_back(std::move(scenario));
    }
    if (!list || pclose(list) != 0 || scenarios.empty()) fail(program + " --list");
    return scenarios;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<int> errors = {EIO, EINTR, EAGAIN, ENOMEM, EMFILE, ENOSYS, EPERM};
    int first = 1;
    if (argc > 1 && std::string_view(argv[1]) == "--all") {
        errors.clear();
        for (int error = 1; error < 134; ++error)
            if (strerrorname_np(error) != nullptr) errors.push_back(error);  // 41 and 58 are none
        first = 2;
    }
    if (argc <= first) {
        std::fprintf(stderr, "usage: injector [--all] SCENARIOS [COMMAND...]\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    // Each program has a folder of its own.
    Command arguments(argv + first, argv + argc);
    for (std::string& argument : arguments)
        if (std::filesystem::exists(argument)) argument = std::filesystem::absolute(argument);
    const Command native = {arguments[0]};
    const bool twin = arguments.size() > 1;
    const Command command = twin ? Command(arguments.begin() + 1, arguments.end()) : native;
    std::size_t runs = 0;
    std::size_t bad = 0;
    for (const auto& [scenario, dispensable] : scenarios_of(native[0])) {
        std::set<int> eligible;
        if (twin) {
            const Run model = Runner(native, scenario, nullptr).run();
            eligible.insert(model.calls.begin(), model.calls.end());
        }
        Runner runner(command, scenario, twin ? &eligible : nullptr);
        const Run undisturbed = runner.run();
        std::vector<std::string> problems;
        for (const std::string& problem : undisturbed.problems) problems.push_back("undisturbed: " + problem);
        if (undisturbed.output != "done\n") problems.push_back("undisturbed: " + undisturbed.output);
        for (std::size_t i = 0; problems.empty() && i < undisturbed.calls.size(); ++i) {
            for (const int error : errors) {
                // Nothing would end the wait for a connection that the kernel never began.
                if (error == EINPROGRESS && undisturbed.calls[i] == SYS_connect) continue;
                const Failure failure = {i, error};
                const Run disturbed = runner.run(&failure);
                ++runs;
                // Where processes run side by side, another call may have come at this place.
                if (disturbed.calls.size() <= i) continue;
                const std::string failed = name_of(disturbed.calls[i]);
                const std::string where =
                    "call " + std::to_string(i + 1) + ", " + failed + ", fails with " + strerrorname_np(error) + ": ";
                for (const std::string& problem : disturbed.problems) problems.push_back(where + problem);
                if (!twin && error == EIO && disturbed.output == "done\n" && !dispensable.contains(failed))
                    problems.push_back(where + "the error is lost");
            }
        }
        if (const std::string wrong = runner.finish(); !wrong.empty()) problems.push_back("at the end: " + wrong);
        std::printf("%-28s %3zu calls%s\n", scenario.c_str(), undisturbed.calls.size(),
                    problems.empty() ? "" : "  <-- bad");
        for (const std::string& problem : problems) std::printf("  %s\n", problem.c_str());
        std::fflush(stdout);
        bad += problems.size();
    }
    std::printf("%zu runs, %zu problems\n", runs, bad);
    return bad == 0 ? 0 : 1;
}
