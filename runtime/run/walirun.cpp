// SPDX-License-Identifier: BSL-1.0
//
// walirun FILE.wasm [ARGUMENT...]: runs a module. Small and static, because this is what every start pays for: it maps
// the file, hashes it and executes what the cache holds. Everything else is left to wali-aot.
// walirun --trace FILE.wasm [ARGUMENT...] and the like: the same, observed (runtime/observe).
// walirun --module DESCRIPTOR CACHE NAME [ARGUMENT...]: the same with an open file; so modules execute modules
// (runtime/host/processes/execve.c).
// walirun FILE NAME [ARGUMENT...], as the kernel starts interpreters of binfmt_misc that are registered with the flag P
// (scripts/verbs/binfmt).
#include <fcntl.h>
#include <linux/binfmts.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../observe/observe.h"
#include "cache.h"
#include "module_name.h"

namespace {

using wali::name_module;
using wali::cache::Tier;

/// Executes an entry of the cache if it is there, as it was written, by the descriptor that was looked at. `module` is
/// not for it.
void execute(const std::string& path, int module, char** arguments) {
    const int executable = wali::cache::open_unchanged(path);
    if (executable < 0) return;
    const int flags = fcntl(module, F_GETFD);
    fcntl(module, F_SETFD, FD_CLOEXEC);
    fexecve(executable, arguments, environ);
    fcntl(module, F_SETFD, flags);
    close(executable);
}

/// Executes the compiled module if the cache has what $WALI_TIER asks for. A quick one while nobody makes the full one
/// is left to wali-aot, which then begins to.
void try_cached(int fd, const std::string& folder, char** arguments) {
    struct stat status;
    if (folder.empty() || !wali::cache::problem_of(folder).empty()) return;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* module = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (module == MAP_FAILED) return;
    const std::string path = wali::cache::path_of(folder, module, size);
    const std::string quick = wali::cache::quick(path);
    const Tier tier = wali::cache::tier();
    if (tier == Tier::Full || tier == Tier::Auto) execute(path, fd, arguments);
    if (tier == Tier::Quick || (tier == Tier::Auto && wali::cache::locked(path))) execute(quick, fd, arguments);
    munmap(module, size);
}

/// Runs the module behind a descriptor; returns if that is left to wali-aot.
void run(int fd, const std::string& folder, char** arguments) {
    name_module(fd);
    try_cached(fd, folder, arguments);
}

/// wali-aot knows the rest: options, messages, compiling into the cache, then running.
[[noreturn]] void leave_to_wali_aot(std::vector<char*> arguments) {
    const std::string program = wali::cache::runtime_folder() + "/wali-aot";
    char name[] = "walirun";
    char option[] = "--run";
    arguments.insert(arguments.begin(), {name, option});
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    std::fprintf(stderr, "walirun: cannot start %s: %s; build the target wali-aot\n", program.c_str(),
                 std::strerror(errno));
    std::exit(2);
}

bool is_interpreter() { return (getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0) != 0; }

}  // namespace

int main(int argc, char** argv) {
    if (argc > 4 && std::strcmp(argv[1], "--module") == 0) {
        run(std::atoi(argv[2]), argv[3], argv + 4);
        leave_to_wali_aot({argv + 1, argv + argc});
    }
    const bool named = argc > 2 && is_interpreter();
    const int options = named ? 0 : wali::observe::start(argc, argv);
    argv += options;
    argc -= options;
    const int fd = argc > 1 && (named || argv[1][0] != '-') ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    const std::string folder = wali::cache::folder();
    if (fd >= 0) run(fd, folder, argv + (named ? 2 : 1));
    if (fd < 0 || !named) leave_to_wali_aot({argv + 1, argv + argc});

    fcntl(fd, F_SETFD, 0);
    std::string option = "--module";
    std::string descriptor = std::to_string(fd);
    std::vector<char*> arguments = {option.data(), descriptor.data(), const_cast<char*>(folder.c_str())};
    arguments.insert(arguments.end(), argv + 2, argv + argc);
    leave_to_wali_aot(arguments);
}
