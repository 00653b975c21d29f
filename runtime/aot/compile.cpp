// SPDX-License-Identifier: BSL-1.0
#include "compile.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <sstream>
#include <utility>

#include "../run/choice.h"
#include "confine.h"
#include "descriptors.h"
#include "interrupt.h"
#include "refusal.h"
#include "resource_limits.h"
#include "workspace.h"
#include "write_c.h"

namespace wali::aot {
namespace {

using Command = std::vector<std::string>;

// Why each: two accesses of different types to one address are ordinary in wasm; a stack frame must not step over the
// guard page; floating point must keep NaNs. Unwind tables (3% of the file, never read otherwise) name the callers of
// what trapped.
const Command compile_flags = {"-std=gnu11",
                               "-w",
                               "-fPIE",
                               "-fvisibility=hidden",
                               "-fno-strict-aliasing",
                               "-fstack-clash-protection",
                               "-fno-math-errno",
                               "-fno-stack-protector",
                               "-frounding-math",
                               "-fsignaling-nans",
                               "-fasynchronous-unwind-tables",
                               "-fcf-protection=none"};

// -O1 is the best trade of compile time against speed (README.md). A loop around a system call costs up to 40 ns more
// per turn where it lies badly for the CPU's branch predictor; aligned, it costs what it does natively.
const Command full_flags = {"-O1", "-falign-functions=64", "-falign-loops=64"};
const Command quick_flags = {"-O0"};

// Line tables, in the version that the host library reads (host/engine/source_line.c).
const Command line_flags = {"-gdwarf-4", "-g1", "-gno-column-info", "-DWALI_SOURCE_LINES"};

// Clang refuses more than 256 braces within one another; lower.cpp has our limit.
const Command clang_flags = {"-fbracket-depth=20000"};

// Without optimization it takes a third of GCC's time. A function with hundreds of try blocks, each a setjmp, takes GCC
// minutes and gigabytes with optimization, and this time as others do.
const std::string quick_compiler = "clang-22";

const Command link_flags = {"-static-pie", "-Wl,-z,relro,-z,now,-z,noexecstack", "-Wl,--build-id=none"};

/// The environment with TMPDIR in our folder, so that a compiler that is killed leaves nothing behind. ccache, which
/// may stand in a compiler's place, must not look for its folder, which is out of reach. A program may have been
/// executed without PATH, which gcc needs to find its parts. Clang takes its memory in small pieces and gives
/// none back: in huge pages, where the system lets programs choose, SQLite's translation takes 4 to 14 % less. A
/// program with filters says nothing to compilers.
std::vector<std::string> environment_for(const std::string& folder) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry && !is_filtered(); ++entry)
        if (std::string(*entry).rfind("TMPDIR=", 0) != 0) result.emplace_back(*entry);
    result.push_back("TMPDIR=" + folder);
    result.emplace_back("CCACHE_DISABLE=1");
    if (!choice("PATH")) result.push_back("PATH=/usr/local/bin:/usr/bin:/bin");
    if (!choice("GLIBC_TUNABLES")) result.push_back("GLIBC_TUNABLES=glibc.malloc.hugetlb=1");
    return result;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// Also a folder has the permission to execute.
bool is_executable_file(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

/// The path of a program; empty if there is none.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return is_executable_file(name) ? name : std::string();
    const char* path = choice("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (is_executable_file(folder + "/" + name)) return folder + "/" + name;
    return {};
}

/// What compilers write as messages: a file without a name, which they cannot replace by a link or a pipe.
class Log {
  public:
    explicit Log(const std::string& folder) {
        std::string path = folder + "/log.XXXXXX";
        fd_ = mkostemp(path.data(), O_APPEND | O_CLOEXEC);
        if (fd_ < 0) throw Refusal(with_errno("cannot write to " + folder, errno));
        unlink(path.c_str());
    }
    ~Log() {
        if (fd_ >= 0) close(fd_);
    }
    Log(Log&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Log& operator=(Log&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    int descriptor() const { return fd_; }

    /// Its beginning.
    std::string text() const {
        std::string text(1 << 20, '\0');
        const ssize_t size = pread(fd_, text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }

  private:
    int fd_;
};

/// Becomes a compiler. What this process has open is not for it; its standard error is the log. Returns what failed.
std::string execute(const Command& command, const std::string& program, const Confinement& confinement,
                    const std::vector<std::string>& environment) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::vector<int> open_ones = open_descriptors();  // later /proc cannot be read
    confinement.enforce();
    for (const int fd : open_ones)
        if (fd != STDERR_FILENO) close(fd);
    if (open("/dev/null", O_RDONLY) != STDIN_FILENO || open("/dev/null", O_WRONLY) != STDOUT_FILENO)
        return with_errno("cannot open /dev/null", errno);
    execvpe(program.c_str(), pointers(command).data(), pointers(environment).data());
    return with_errno("cannot execute it", errno);
}

pid_t start(const Command& command, const Confinement& confinement, const std::string& folder, const Log& log) {
    const std::string program = find_program(command[0]);
    if (program.empty())
        throw Refusal("there is no C compiler " + command[0] + "; apt-get install gcc, or set WALI_CC to one");
    const auto environment = environment_for(folder);
    const pid_t pid = fork();
    if (pid < 0) throw Refusal(with_errno("cannot start the C compiler " + command[0], errno));
    if (pid == 0) {
        dup2(log.descriptor(), STDERR_FILENO);
        try {
            dprintf(STDERR_FILENO, "%s\n", execute(command, program, confinement, environment).c_str());
        } catch (const std::exception& error) {
            dprintf(STDERR_FILENO, "%s\n", error.what());
        }
        _exit(1);
    }
    return pid;
}

/// The line of a compiler's messages that says what is wrong.
std::string complaint(const std::string& log, int status) {
    std::istringstream lines(log);
    std::string line;
    std::string last;
    while (std::getline(lines, line)) {
        if (line.find("error") != std::string::npos || line.find("No space") != std::string::npos) return line;
        if (!line.empty()) last = line;
    }
    if (!last.empty()) return last;
    return WIFSIGNALED(status) ? std::string("it was ended by a signal: ") + strsignal(WTERMSIG(status))
                               : "it gave no message";
}

struct Running {
    pid_t pid;
    std::string compiler;
    Log log;
};

/// Compilers, and what these have started, are in this process's group (child.h), where SIGTERM is blocked
/// (interrupt.h), and cannot leave it (confine.h).
void kill_all(std::vector<Running>& running) {
    kill(0, SIGTERM);
    for (const Running& process : running) kill(process.pid, SIGKILL);
    for (const Running& process : running)
        while (waitpid(process.pid, nullptr, 0) < 0 && errno == EINTR) continue;
    running.clear();
}

bool contains(const std::string& text, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.find(word) != std::string::npos; });
}

[[noreturn]] void refuse(const std::string& compiler, int status, const std::string& complaint) {
    if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) || contains(complaint, {"CPU time limit"}))
        throw LimitReached("too large: the C compiler " + compiler + " takes more than 5 minutes for a part of it");
    if (contains(complaint, {"out of memory", "memory exhausted", "cannot allocate", "bad_alloc"}))
        throw LimitReached("too large: the C compiler " + compiler +
                           " needs more than 2 GiB of memory for a part of it");
    if (contains(complaint, {"Permission denied"}))
        throw Refusal("the C compiler " + compiler + " failed: " + complaint +
                      "; it may read the system's folders, its own PREFIX and no other; set WALI_CC to another");
    throw Refusal("the C compiler " + compiler + " failed: " + complaint);
}

/// Waits for one of the processes. Throws if it failed, or if the program was interrupted.
void wait_one(std::vector<Running>& running) {
    std::vector<pid_t> pids;
    for (const Running& process : running) pids.push_back(process.pid);
    int status = 0;
    const pid_t pid = wait_for_one(pids, status, build_limit);
    const auto ended =
        std::find_if(running.begin(), running.end(), [pid](const Running& process) { return process.pid == pid; });
    if (ended == running.end()) return;
    const Running process = std::move(*ended);
    running.erase(ended);
    if (status != 0) refuse(process.compiler, status, complaint(process.log.text(), status));
}

void run_all(const std::vector<Command>& commands, const Confinement& confinement, const std::string& folder,
             std::size_t jobs) {
    std::vector<Running> running;
    try {
        for (std::size_t next = 0; next < commands.size() || !running.empty();) {
            if (next < commands.size() && running.size() < jobs) {
                Log log(folder);
                const pid_t pid = start(commands[next], confinement, folder, log);
                running.push_back({pid, commands[next][0], std::move(log)});
                ++next;
            } else {
                wait_one(running);
            }
        }
    } catch (...) {
        kill_all(running);
        throw;
    }
}

bool is_program(const std::string& name) { return !find_program(name).empty(); }

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string compiler(bool quick) {
    const char* chosen = choice("WALI_CC");
    if (chosen && *chosen) return chosen;
    return quick && is_program(quick_compiler) ? quick_compiler : "cc";
}

/// GCC's driver starts in a third of Clang's time.
std::string linker() { return is_program("cc") ? compiler(false) : compiler(true); }

}  // namespace

void compile(const std::string& folder, const std::vector<std::string>& c_files, const std::string& support,
             const std::string& library, Tier tier, std::size_t jobs, const std::string& output) {
    limit_resources(memory_limit);
    const Confinement confinement = compiler_confinement(
        {find_program(compiler(true)), find_program(compiler(false)), find_program("as"), find_program("ld")}, support,
        folder);
    const Command& tier_flags = tier == Tier::Quick ? quick_flags : full_flags;
    std::vector<Command> commands;
    Command link = {linker()};
    link.insert(link.end(), link_flags.begin(), link_flags.end());
    for (const std::string& name : c_files) {
        const std::string object = folder + "/" + name + ".o";
        Command command = {compiler(tier == Tier::Quick || name.rfind(catching_file, 0) == 0)};
        command.insert(command.end(), compile_flags.begin(), compile_flags.end());
        command.insert(command.end(), tier_flags.begin(), tier_flags.end());
        if (command[0].find("clang") != std::string::npos)
            command.insert(command.end(), clang_flags.begin(), clang_flags.end());
        if (ends_with(name, lines_end)) command.insert(command.end(), line_flags.begin(), line_flags.end());
        for (const std::string& option : {std::string("-I"), support, std::string("-include"), folder + "/adapters.h",
                                          std::string("-c"), folder + "/" + name, std::string("-o"), object})
            command.push_back(option);
        commands.push_back(command);
        link.push_back(object);
    }
    for (const std::string& option : {library, std::string("-lm"), std::string("-o"), output}) link.push_back(option);
    run_all(commands, confinement, folder, jobs);
    run_all({link}, confinement, folder, 1);
}

}  // namespace wali::aot
