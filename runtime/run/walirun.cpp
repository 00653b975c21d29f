// SPDX-License-Identifier: BSL-1.0
//
// walirun FILE.wasm [ARGUMENT...]: runs a module. Small and static, because this is what every start pays for: it maps
// the file, hashes it and executes what the cache holds. Everything else is left to wali-aot.
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cache.h"

namespace {

/// Executes the compiled module if the cache has it.
void try_cached(const char* file, char** arguments) {
    const std::string folder = wali::cache::folder();
    const int fd = folder.empty() ? -1 : open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        const auto size = static_cast<std::size_t>(status.st_size);
        void* module = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        if (module != MAP_FAILED) {
            const std::string path = wali::cache::path_of(folder, module, size);
            if (wali::cache::usable(path)) execv(path.c_str(), arguments);
            munmap(module, size);
        }
    }
    close(fd);
}

/// The path of wali-aot, which lies beside this program.
std::string compiler_path() {
    char self[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    std::string path(self, length > 0 ? static_cast<std::size_t>(length) : 0);
    return path.substr(0, path.rfind('/') + 1) + "wali-aot";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && argv[1][0] != '-') try_cached(argv[1], argv + 1);

    // wali-aot knows the rest: options, messages, compiling into the cache, then running.
    const std::string program = compiler_path();
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
