// SPDX-License-Identifier: BSL-1.0
//
// walirun FILE.wasm [ARGUMENT...]: runs a module. Small and static, because this is what every start pays for: it maps
// the file, hashes it and executes what the cache holds. Everything else is left to wali-aot.
// walirun --module DESCRIPTOR CACHE NAME [ARGUMENT...]: the same with an open file; so modules execute modules
// (runtime/host/exec.c).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cache.h"

namespace {

/// Executes the compiled module if the cache has it.
void try_cached(int fd, const std::string& folder, char** arguments) {
    struct stat status;
    if (folder.empty() || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* module = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (module == MAP_FAILED) return;
    const std::string path = wali::cache::path_of(folder, module, size);
    if (wali::cache::usable(path)) {
        const int flags = fcntl(fd, F_GETFD);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        execv(path.c_str(), arguments);
        fcntl(fd, F_SETFD, flags);
    }
    munmap(module, size);
}

void try_cached(const char* file, char** arguments) {
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    try_cached(fd, wali::cache::folder(), arguments);
    close(fd);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 4 && std::strcmp(argv[1], "--module") == 0)
        try_cached(std::atoi(argv[2]), argv[3], argv + 4);
    else if (argc > 1 && argv[1][0] != '-')
        try_cached(argv[1], argv + 1);

    // wali-aot knows the rest: options, messages, compiling into the cache, then running.
    const std::string program = wali::cache::runtime_folder() + "/wali-aot";
    std::vector<char*> arguments;
    char name[] = "walirun";
    char option[] = "--run";
    arguments.push_back(name);
    arguments.push_back(option);
    for (int i = 1; i < argc; ++i) arguments.push_back(argv[i]);
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    std::fprintf(stderr, "walirun: cannot start %s: %s; build the target wali-aot\n", program.c_str(),
                 std::strerror(errno));
    return 2;
}
