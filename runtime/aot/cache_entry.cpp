// SPDX-License-Identifier: BSL-1.0
#include "cache_entry.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../run/cache.h"

namespace wali::aot {
namespace {

/// Empty if it cannot be read.
std::string hash_of(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_size == 0) return {};
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED) return {};
    std::string result = cache::hash(bytes, size);
    munmap(bytes, size);
    return result;
}

/// Without a record the executable is made again, so an error here only costs time.
void write_record(const std::string& path, const cache::Record& record) {
    const std::string staged = cache::record(path) + ".tmp" + std::to_string(getpid());
    const std::string line = record.hash + " " + record.state + "\n";
    unlink(staged.c_str());  // of a process of the same number that was killed
    const int fd = open(staged.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) return;
    const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (close(fd) != 0 || !written || rename(staged.c_str(), cache::record(path).c_str()) != 0) unlink(staged.c_str());
}

}  // namespace

int open_entry(const std::string& path) {
    const int unchanged = cache::open_unchanged(path);
    if (unchanged >= 0) return unchanged;
    const int fd = cache::open_trusted(path);
    if (fd < 0) return -1;
    // The state first: what changes while it is hashed has another one then.
    const cache::Record now{cache::record_of(path).hash, cache::state_of(fd)};
    if (!now.hash.empty() && hash_of(fd) == now.hash) {
        write_record(path, now);
        return fd;
    }
    close(fd);
    return -1;
}

void record_entry(const std::string& path) {
    const int fd = cache::open_trusted(path);
    if (fd < 0) return;
    const std::string state = cache::state_of(fd);
    write_record(path, {hash_of(fd), state});
    close(fd);
}

void remove_entry(const std::string& path) {
    unlink(path.c_str());
    unlink(cache::record(path).c_str());
}

void move_entry(const std::string& from, const std::string& to) {
    rename(from.c_str(), to.c_str());
    record_entry(to);
    unlink(cache::record(from).c_str());
}

}  // namespace wali::aot
