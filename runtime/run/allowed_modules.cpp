// SPDX-License-Identifier: BSL-1.0
#include "allowed_modules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstring>

#include "cache.h"

namespace wali {
namespace {

/// Whether a file begins as a module does, also behind a first line for the kernel (drivers/wali-ld).
bool is_module(const std::string& path) {
    char head[512] = {};
    struct stat status;
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const ssize_t length = read(fd, head, sizeof head - 4);
    close(fd);
    const char* start = head;
    if (length > 2 && head[0] == '#' && head[1] == '!')
        if (const void* end = std::memchr(head, '\n', static_cast<std::size_t>(length)))
            start = static_cast<const char*>(end) + 1;
    return std::memcmp(start, "\0asm", 4) == 0;
}

/// walirun looks at the record before it executes what was compiled.
int open_record(int executable) {
    char path[PATH_MAX];
    const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(executable)).c_str(), path, sizeof path);
    if (length <= 0) return -1;
    return open(cache::record(std::string(path, static_cast<std::size_t>(length))).c_str(), O_PATH | O_CLOEXEC);
}

}  // namespace

std::vector<int> allowed_modules(const policy::Policy& policy,
                                 const std::function<int(const std::string& module)>& compiled) {
    std::vector<int> programs;
    for (const policy::PathRule& rule : policy.paths)
        if (rule.access == policy::Access::Execute && is_module(rule.path)) {
            programs.push_back(compiled(rule.path));
            programs.push_back(open_record(programs.back()));
        }
    const std::string walirun = cache::runtime_folder() + "/walirun";
    if (!programs.empty()) programs.push_back(open(walirun.c_str(), O_PATH | O_CLOEXEC));
    return programs;
}

}  // namespace wali
