// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "benches.hpp"

namespace crossing {
static long libc_getppid(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] { return ::getppid(); });
}

static long libc_read(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.zero;
    void* const buffer = targets.page.data();
    return repeat(iterations, [=] { return ::read(fd, buffer, 1); });
}

static long libc_write(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.null;
    const void* const buffer = targets.page.data();
    return repeat(iterations, [=] { return ::write(fd, buffer, 1); });
}

static long libc_pread(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.file;
    void* const buffer = targets.page.data();
    const std::size_t size = targets.page.size();
    return repeat(iterations, [=] { return ::pread(fd, buffer, size, 0); });
}

static long libc_fstat(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.file;
    return repeat(iterations, [=] {
        struct stat status;
        return ::fstat(fd, &status);
    });
}

static long libc_clock_gettime(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] {
        struct timespec time;
        return ::clock_gettime(CLOCK_MONOTONIC, &time);
    });
}

static long libc_open_close(const Targets& targets, std::uint64_t iterations) {
    const char* const path = targets.path;
    return repeat(iterations, [=] {
        const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
        return fd | ::close(fd);
    });
}

std::span<const Bench> libc_benches() {
    static constexpr Bench benches[] = {
        {"getppid", "libc", libc_getppid},       {"read", "libc", libc_read},
        {"write", "libc", libc_write},           {"pread", "libc", libc_pread},
        {"fstat", "libc", libc_fstat},           {"clock_gettime", "libc", libc_clock_gettime},
        {"open+close", "libc", libc_open_close},
    };
    return benches;
}

}  // namespace crossing
