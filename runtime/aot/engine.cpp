// SPDX-License-Identifier: BSL-1.0
#include "engine.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "child.h"
#include "confine.h"
#include "interrupt.h"
#include "refusal.h"
#include "resource_limits.h"

namespace wali::aot {
namespace {

constexpr std::size_t stack_bytes = std::size_t{512} << 20;  // for the engine's recursion; touched only as needed

/// The engine recurses per block, so it needs a large stack.
void run_on_large_stack(const std::function<void()>& work) {
    struct Job {
        const std::function<void()>& work;
        std::exception_ptr problem;
    } job{work, nullptr};
    const auto run = [](void* argument) -> void* {
        Job& job = *static_cast<Job*>(argument);
        try {
            job.work();
        } catch (...) {
            job.problem = std::current_exception();
        }
        return nullptr;
    };
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run, &job) != 0) throw Refusal("not enough memory to translate it");
    pthread_join(thread, nullptr);
    if (job.problem) std::rethrow_exception(job.problem);
}

/// Nothing to read, nobody to see assertion texts of the engine, and no output if all goes to a folder.
void replace_standard_descriptors(bool keep_output) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) throw Refusal("cannot open /dev/null");
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fd != STDOUT_FILENO || !keep_output) dup2(null, fd);
    if (null > STDERR_FILENO) close(null);
}

}  // namespace

void run_engine(const std::string& folder, const std::function<void()>& work) {
    const auto confined_work = [&] {
        limit_resources(memory_limit + stack_bytes);
        reset_signals_in_child();
        replace_standard_descriptors(folder.empty());
        engine_confinement(folder).enforce();
        try {
            run_on_large_stack(work);
        } catch (const std::bad_alloc&) {
            throw LimitReached("too large: translating it needs more than 2 GiB of memory");
        }
    };
    Child child(confined_work, Child::Descriptors::Standard);
    while (!child.wait_for(build_limit)) continue;
    const int status = child.status();
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        throw LimitReached("too large: translating it takes more than 5 minutes of processor time");
    if (status != 0)
        throw Refusal("the engine (wabt) crashed on it; it uses something that the C writer does not support");
}

}  // namespace wali::aot
