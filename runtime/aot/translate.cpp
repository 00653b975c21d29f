// SPDX-License-Identifier: BSL-1.0
#include "translate.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>

#include "imports.h"
#include "interrupt.h"
#include "lower.h"
#include "module.h"
#include "refusal.h"
#include "workspace.h"
#include "write_c.h"

namespace wali::aot {
namespace {

constexpr std::size_t stack_bytes = std::size_t{512} << 20;  // for the engine's recursion; touched only as needed
constexpr rlim_t memory_bytes = rlim_t{16} << 30;
constexpr rlim_t cpu_seconds = 300;

std::vector<CFile> translate_to_c(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    const auto module = read_module(name, bytes);
    wabt::GenerateNames(module.get());
    if (Failed(wabt::ApplyNames(module.get()))) throw Refusal("its names cannot be resolved");
    if (module->features_used.simd && !std::filesystem::exists("/usr/include/simde/wasm/simd128.h"))
        throw Refusal(
            "uses SIMD, which needs a header that is not installed; apt-get install libsimde-dev, or build without "
            "-msimd128");
    const std::string adapters = link_imports(*module);
    const Lowered lowered = lower(*module);
    auto files = write_c(*module, lowered, adapters);
    static_cast<void>(
        const_cast<std::unique_ptr<wabt::Module>&>(module).release());  // its destructor recurses per block
    return files;
}

struct Job {
    const std::string& name;
    const std::vector<std::uint8_t>& bytes;
    const std::string& folder;
    std::string problem;
};

void* run_job(void* argument) {
    Job& job = *static_cast<Job*>(argument);
    try {
        for (const CFile& file : translate_to_c(job.name, job.bytes))
            write_file(job.folder + "/" + file.name, file.text);
    } catch (const std::bad_alloc&) {
        job.problem = "too large: translating it needs more than 16 GiB of memory";
    } catch (const std::exception& error) {
        job.problem = error.what();
    }
    return nullptr;
}

/// The child's whole life: reports a problem through `report` and ends.
[[noreturn]] void child(Job& job, int report) {
    const rlimit memory = {memory_bytes, memory_bytes};
    const rlimit time = {cpu_seconds, cpu_seconds};
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_CORE, &no_core);
    reset_signals_in_child();
    if (!freopen("/dev/null", "w", stderr)) _exit(1);  // assertion texts of the engine

    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run_job, &job) != 0)
        job.problem = "not enough memory to translate it";
    else
        pthread_join(thread, nullptr);
    if (job.problem.empty()) _exit(0);
    // Not more than a pipe holds: it is read after this process has ended.
    static_cast<void>(!write(report, job.problem.data(), std::min<std::size_t>(job.problem.size(), 2000)));
    _exit(2);
}

std::string read_report(int fd) {
    std::string text(2000, '\0');
    const ssize_t count = read(fd, text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

/// Waits for the child; an interrupt ends it.
int wait_for(pid_t pid) {
    int status = 0;
    try {
        wait_for_one({pid}, status);
    } catch (const Interrupted&) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        throw;
    }
    return status;
}

std::vector<std::string> c_files(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".c") names.push_back(entry.path().filename());
    return names;
}

}  // namespace

std::vector<std::string> translate(const std::string& name, const std::vector<std::uint8_t>& bytes,
                                   const std::string& folder) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) throw Refusal(with_errno("cannot make a pipe", errno));
    const pid_t pid = fork();
    if (pid < 0) throw Refusal(with_errno("cannot start a process", errno));
    if (pid == 0) {
        close(pipe_ends[0]);
        Job job{name, bytes, folder, {}};
        child(job, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    int status;
    try {
        status = wait_for(pid);
    } catch (...) {
        close(pipe_ends[0]);
        throw;
    }
    const std::string problem = read_report(pipe_ends[0]);
    close(pipe_ends[0]);
    if (!problem.empty()) throw Refusal(problem);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        throw Refusal("too large: translating it takes more than 5 minutes");
    if (status != 0)
        throw Refusal("the engine (wabt) crashed on it; it uses something that the C writer does not support");
    return c_files(folder);
}

std::size_t translate_in_memory(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    std::size_t size = 0;
    for (const CFile& file : translate_to_c(name, bytes)) size += file.text.size();
    return size;
}

}  // namespace wali::aot
