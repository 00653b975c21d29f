// SPDX-License-Identifier: BSL-1.0
//
// walirun [OPTION...] FILE.wasm [ARGUMENT...]: runs a module, under a policy if the options say so (policy/options.h).
// Small and static, because this is what every start pays for: it reads the file, hashes it and executes what the cache
// holds. Everything else is left to wali-aot.
// walirun OPTION... FILE [ARGUMENT...]: an executable, such as one of wali-aot -o, under a policy.
// walirun --trace FILE.wasm [ARGUMENT...] and the like: the same, observed (runtime/observe).
// walirun --module DESCRIPTOR CACHE NAME [ARGUMENT...]: the same with an open file; so modules execute modules
// (runtime/host/processes/execve.c).
// walirun FILE NAME [ARGUMENT...], as the kernel starts interpreters of binfmt_misc that are registered with the flag P
// (scripts/verbs/binfmt).
#include <fcntl.h>
#include <linux/binfmts.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "../observe/observe.h"
#include "../policy/enforce.h"
#include "../policy/options.h"
#include "allowed_modules.h"
#include "cache.h"
#include "module_name.h"

namespace {

using wali::name_module;
using wali::cache::Tier;

/// The descriptor of the compiled module if the cache has what is asked for, as it was written; else -1. A quick one
/// while nobody makes the full one is left to wali-aot, which then begins to.
int cached(int fd, const std::string& folder, Tier tier) {
    struct stat status;
    if (folder.empty() || !wali::cache::problem_of(folder).empty()) return -1;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return -1;
    const std::string path = wali::cache::path_of(folder, fd);
    if (path.empty()) return -1;
    int executable = -1;
    if (tier == Tier::Full || tier == Tier::Auto) executable = wali::cache::open_unchanged(path);
    if (executable < 0 && (tier == Tier::Quick || (tier == Tier::Auto && wali::cache::locked(path))))
        executable = wali::cache::open_unchanged(wali::cache::quick(path));
    return executable;
}

/// Executes what was opened, if it was, without `module`.
void execute(int executable, int module, char** arguments) {
    if (executable < 0) return;
    const int flags = fcntl(module, F_GETFD);
    fcntl(module, F_SETFD, FD_CLOEXEC);
    fexecve(executable, arguments, environ);
    fcntl(module, F_SETFD, flags);
    close(executable);
}

/// Runs the module behind a descriptor; returns if that is left to wali-aot.
void run(int fd, const std::string& folder, char** arguments) {
    name_module(fd);
    execute(cached(fd, folder, wali::cache::tier()), fd, arguments);
}

bool is_executable(int fd) {
    char head[4] = {};
    return pread(fd, head, sizeof head, 0) == sizeof head && std::memcmp(head, "\177ELF", sizeof head) == 0;
}

/// The same under a policy. What modules are compiled to that the program may execute must be there before it starts.
void run_under(const wali::policy::Policy& policy, int fd, const std::string& folder, char** arguments) try {
    const int executable = is_executable(fd) ? fd : cached(fd, folder, wali::cache::tier());
    bool complete = executable >= 0;
    const auto helpers = wali::allowed_modules(policy, [&](const std::string& module) {
        const int other = open(module.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        const int compiled = cached(other, folder, Tier::Full);
        complete = complete && compiled >= 0;
        return compiled;
    });
    if (!complete) return;
    if (executable != fd) name_module(fd);
    wali::policy::execute(policy, {executable, helpers, {folder, wali::cache::runtime_folder()}}, arguments[0],
                          arguments);
} catch (const std::exception& error) {
    std::fprintf(stderr, "walirun: %s: %s\n", arguments[0], error.what());
    std::exit(2);
}

/// wali-aot knows the rest: options, messages, compiling into the cache, then running.
[[noreturn]] void leave_to_wali_aot(std::vector<char*> arguments, const std::function<void()>& otherwise = [] {}) {
    const std::string folder = wali::cache::runtime_folder();
    if (folder.empty()) {
        std::fprintf(stderr, "walirun: cannot find this program's folder: /proc is not mounted\n");
        std::exit(2);
    }
    const std::string program = folder + "/wali-aot";
    char name[] = "walirun";
    char option[] = "--run";
    arguments.insert(arguments.begin(), {name, option});
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    const int error = errno;
    if (error == EACCES) otherwise();
    std::fprintf(stderr, "walirun: cannot start %s: %s; build the target wali-aot\n", program.c_str(),
                 std::strerror(error));
    std::exit(2);
}

bool is_interpreter() { return (getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0) != 0; }

/// The options of a policy, and where the first other argument is. Mistakes are left to wali-aot, which names them.
wali::policy::Policy read_policy(int argc, char** argv, int& at) try {
    wali::policy::Policy policy;
    while (at < argc && wali::policy::read_option(policy, argc, argv, at)) ++at;
    wali::policy::check_complete(policy);
    return policy;
} catch (const wali::policy::PolicyError&) {
    leave_to_wali_aot({argv + 1, argv + argc});
}

/// For where wali-aot may not be executed: under a policy, which allows the full translations of the modules that it
/// names.
std::function<void()> run_full(int fd, const std::string& folder, char** arguments) {
    return [=] { execute(cached(fd, folder, Tier::Full), fd, arguments); };
}

/// A module that a module executes.
[[noreturn]] void run_open_module(int argc, char** argv) {
    const int fd = std::atoi(argv[2]);
    run(fd, argv[3], argv + 4);
    leave_to_wali_aot({argv + 1, argv + argc}, run_full(fd, argv[3], argv + 4));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 4 && std::strcmp(argv[1], "--module") == 0) run_open_module(argc, argv);
    const bool named = argc > 2 && is_interpreter();
    const int observing = named ? 0 : wali::observe::start(argc, argv);
    argv += observing;
    argc -= observing;
    int at = 1;
    wali::policy::Policy policy;
    if (!named) policy = read_policy(argc, argv, at);
    if (observing > 0 && policy.given) {
        std::fputs("walirun: a program under a policy cannot be observed; leave --trace and --stats out\n", stderr);
        return 2;
    }
    // Nobody waits for a FIFO, which is no module.
    const bool is_file = argc > at && (named || argv[at][0] != '-');
    const int fd = is_file ? open(argv[at], O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    const std::string folder = wali::cache::folder();
    if (fd >= 0 && policy.given) run_under(policy, fd, folder, argv + at);
    if (fd >= 0 && !policy.given) run(fd, folder, argv + (named ? 2 : 1));
    if (fd < 0) leave_to_wali_aot({argv + 1, argv + argc});
    if (!named) leave_to_wali_aot({argv + 1, argv + argc}, run_full(fd, folder, argv + at));

    fcntl(fd, F_SETFD, 0);
    std::string option = "--module";
    std::string descriptor = std::to_string(fd);
    std::vector<char*> arguments = {option.data(), descriptor.data(), const_cast<char*>(folder.c_str())};
    arguments.insert(arguments.end(), argv + 2, argv + argc);
    leave_to_wali_aot(arguments);
}
