// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"

import wali.sys;

namespace crossing {
namespace sys = wali::sys;
namespace abi = wali::abi;

static long empty(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] { return 0L; });
}

static long getppid(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] { return sys::getppid(); });
}

static long read(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.zero;
    void* const buffer = targets.page.data();
    return repeat(iterations, [=] { return sys::read(fd, buffer, 1); });
}

static long write(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.null;
    const void* const buffer = targets.page.data();
    return repeat(iterations, [=] { return sys::write(fd, buffer, 1); });
}

static long pread(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.file;
    void* const buffer = targets.page.data();
    const std::size_t size = targets.page.size();
    return repeat(iterations, [=] { return sys::pread64(fd, buffer, size, 0); });
}

static long fstat(const Targets& targets, std::uint64_t iterations) {
    const int fd = targets.file;
    return repeat(iterations, [=] {
        abi::stat status;
        return sys::fstat(fd, &status);
    });
}

static long clock_gettime(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] {
        abi::timespec time;
        return sys::clock_gettime(abi::bits(abi::ClockId::MONOTONIC), &time);
    });
}

static long open_close(const Targets& targets, std::uint64_t iterations) {
    const char* const path = targets.path;
    return repeat(iterations, [=] {
        const long fd = sys::openat(abi::bits(abi::SpecialFd::FDCWD), path,
                                    abi::bits(abi::OpenFlags::RDONLY | abi::OpenFlags::CLOEXEC), 0);
        return fd | sys::close(static_cast<int>(fd));
    });
}

std::span<const Bench> raw_benches() {
    static constexpr Bench benches[] = {
        {"empty", "raw", empty},
        {"getppid", "raw", getppid},
        {"read", "raw", read},
        {"write", "raw", write},
        {"pread", "raw", pread},
        {"fstat", "raw", fstat},
        {"clock_gettime", "raw", clock_gettime},
        {"open+close", "raw", open_close},
    };
    return benches;
}

}  // namespace crossing
