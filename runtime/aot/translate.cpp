// SPDX-License-Identifier: BSL-1.0
#include "translate.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <new>

#include "child.h"
#include "imports.h"
#include "interrupt.h"
#include "lower.h"
#include "module.h"
#include "refusal.h"
#include "resource_limits.h"
#include "source_lines.h"
#include "workspace.h"
#include "write_c.h"

namespace wali::aot {
namespace {

constexpr std::size_t stack_bytes = std::size_t{512} << 20;  // for the engine's recursion; touched only as needed

std::vector<CFile> translate_to_c(const std::string& name, const std::vector<std::uint8_t>& bytes, Tier tier,
                                  bool observed, const std::string& folder) {
    const auto module = read_module(name, bytes);
    wabt::GenerateNames(module.get());
    if (Failed(wabt::ApplyNames(module.get()))) throw Refusal("its names cannot be resolved");
    if (module->features_used.simd && !std::filesystem::exists("/usr/include/simde/wasm/simd128.h"))
        throw Refusal(
            "uses SIMD, which needs a header that is not installed; apt-get install libsimde-dev, or build without "
            "-msimd128");
    const std::string adapters = link_imports(*module, observed);
    const SourceLines lines(*module, find_code(bytes));
    const Lowered lowered = lower(*module, lines);
    auto files = write_c(*module, lowered, lines, adapters, tier, folder);
    static_cast<void>(
        const_cast<std::unique_ptr<wabt::Module>&>(module).release());  // its destructor recurses per block
    return files;
}

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

std::vector<std::string> c_files(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".c") names.push_back(entry.path().filename());
    return names;
}

}  // namespace

std::vector<std::string> translate(const std::string& name, const std::vector<std::uint8_t>& bytes, Tier tier,
                                   bool observed, const std::string& folder) {
    Child child([&] {
        limit_resources(memory_limit + stack_bytes);
        reset_signals_in_child();
        if (!freopen("/dev/null", "w", stderr))
            throw Refusal("cannot open /dev/null");  // assertion texts of the engine
        try {
            run_on_large_stack([&] {
                for (const CFile& file : translate_to_c(name, bytes, tier, observed, folder))
                    write_file(folder + "/" + file.name, file.text);
            });
        } catch (const std::bad_alloc&) {
            throw LimitReached("too large: translating it needs more than 2 GiB of memory");
        }
    });
    while (!child.wait_for(build_limit)) continue;
    const int status = child.status();
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        throw LimitReached("too large: translating it takes more than 5 minutes of processor time");
    if (status != 0)
        throw Refusal("the engine (wabt) crashed on it; it uses something that the C writer does not support");
    return c_files(folder);
}

std::size_t translate_in_memory(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    std::size_t size = 0;
    for (const CFile& file : translate_to_c(name, bytes, Tier::Full, false, "/")) size += file.text.size();
    return size;
}

}  // namespace wali::aot
