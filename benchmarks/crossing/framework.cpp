// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include "benches.hpp"

import wali;

namespace crossing {
/// Calls `function` with a File over a descriptor that stays the worker's.
template <class Function>
static long with_file(int fd, Function function) {
    auto file = wali::File::from_fd(wali::Fd::from_raw(fd));
    const long failed = function(std::as_const(file));
    static_cast<void>(std::move(file).into_fd().release());
    return failed;
}

static long getppid(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] { return wali::process::parent_id().raw(); });
}

static long read(const Targets& targets, std::uint64_t iterations) {
    const wali::MutableBytes byte = targets.page.first(1);
    return with_file(targets.zero, [=](const wali::File& zero) {
        return repeat(iterations, [&] { return zero.read(byte) ? 0L : -1L; });
    });
}

static long write(const Targets& targets, std::uint64_t iterations) {
    const wali::ConstBytes byte = targets.page.first(1);
    return with_file(targets.null, [=](const wali::File& null) {
        return repeat(iterations, [&] { return null.write(byte) ? 0L : -1L; });
    });
}

static long pread(const Targets& targets, std::uint64_t iterations) {
    return with_file(targets.file, [=, page = targets.page](const wali::File& file) {
        return repeat(iterations, [&] { return file.read_at(page, 0) ? 0L : -1L; });
    });
}

static long fstat(const Targets& targets, std::uint64_t iterations) {
    return with_file(targets.file, [=](const wali::File& file) {
        return repeat(iterations, [&] { return file.status() ? 0L : -1L; });
    });
}

static long clock_gettime(const Targets&, std::uint64_t iterations) {
    return repeat(iterations, [] { return wali::time::clock_time(wali::ClockId::MONOTONIC) ? 0L : -1L; });
}

static long open_close(const Targets& targets, std::uint64_t iterations) {
    const char* const path = targets.path;
    return repeat(iterations, [=] { return wali::File::open(path) ? 0L : -1L; });
}

std::span<const Bench> framework_benches() {
    static constexpr Bench benches[] = {
        {"getppid", "wali", getppid},       {"read", "wali", read},   {"write", "wali", write},
        {"pread", "wali", pread},           {"fstat", "wali", fstat}, {"clock_gettime", "wali", clock_gettime},
        {"open+close", "wali", open_close},
    };
    return benches;
}

}  // namespace crossing
