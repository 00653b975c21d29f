// SPDX-License-Identifier: BSL-1.0
#include "process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace wali::test {
namespace {

void refuse_calls(const std::vector<int>& numbers) {
    std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const int number : numbers) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(126);
}

[[noreturn]] void child(const std::vector<std::string>& command, const Options& options, int out, int err) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(out >= 0 ? out : null, 1);
    dup2(err >= 0 ? err : null, 2);
    for (int fd = 3; fd < 256; ++fd)
        if (std::find(options.kept.begin(), options.kept.end(), fd) == options.kept.end()) close(fd);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::signal(signal, SIG_DFL);  // whatever the test runner ignores
    if (options.user != 0 && (setgroups(0, nullptr) != 0 || setresgid(options.user, options.user, options.user) != 0 ||
                              setresuid(options.user, options.user, options.user) != 0))
        _exit(125);
    if (options.clear_environment) clearenv();
    for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
    if (options.file_size_limit != 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit = {options.file_size_limit, options.file_size_limit};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    if (!options.refused_calls.empty()) refuse_calls(options.refused_calls);
    execv(arguments[0], arguments.data());
    _exit(127);
}

pid_t start_with(const std::vector<std::string>& command, const Options& options, int out, int err) {
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) child(command, options, out, err);
    return pid;
}

/// Reads both pipes to their ends.
void drain(int out, int err, Result& result) {
    pollfd waiting[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        if (poll(waiting, 2, -1) < 0) continue;
        for (pollfd& one : waiting) {
            if (one.fd < 0 || one.revents == 0) continue;
            char buffer[4096];
            const ssize_t count = read(one.fd, buffer, sizeof buffer);
            if (count > 0)
                (one.fd == out ? result.out : result.err).append(buffer, static_cast<std::size_t>(count));
            else
                one.fd = -1;
        }
    }
}

}  // namespace

Result run(const std::vector<std::string>& command, const Options& options) {
    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    const pid_t pid = start_with(command, options, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    Result result;
    drain(out[0], err[0], result);
    close(out[0]);
    close(err[0]);
    const Result end = wait_for(pid);
    result.exit_code = end.exit_code;
    result.signal = end.signal;
    return result;
}

pid_t start(const std::vector<std::string>& command, const Options& options) {
    return start_with(command, options, -1, -1);
}

Result wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    Result result;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
}

Folder::Folder() : path_((std::filesystem::temp_directory_path() / "wali-test.XXXXXX").string()) {
    if (!mkdtemp(path_.data())) throw std::runtime_error("mkdtemp failed");
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::contents() const {
    for (;;) {
        std::vector<std::string> names;
        std::error_code error;
        std::filesystem::recursive_directory_iterator entry(path_, error);
        for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error))
            if (!entry->is_directory(error)) names.push_back(entry->path().lexically_relative(path_).string());
        if (!error) return names;
        // A background may take a folder away meanwhile: look again.
        if (error != std::errc::no_such_file_or_directory) throw std::filesystem::filesystem_error("contents", error);
    }
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error("cannot write " + path);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace wali::test
