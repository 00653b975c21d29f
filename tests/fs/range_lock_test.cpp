// SPDX-License-Identifier: BSL-1.0
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/range_lock.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

using wali::Errno;
using wali::File;
using wali::OpenFlags;
using wali::RangeLock;

namespace {

constexpr OpenFlags read_write = OpenFlags::RDWR | OpenFlags::CREAT;

/// What `function` returns in a child process.
template <class Function>
int in_child(Function&& function) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(function());
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    return status >> 8;
}

}  // namespace

TEST_CASE("a lock of a range excludes another open file from that range alone") {
    const test::TemporaryDirectory dir;
    const File first = File::open(dir.path("a"), read_write).value();
    const File second = File::open(dir.path("a"), read_write).value();
    {
        const RangeLock lock = RangeLock::exclusive(first, {.offset = 10, .length = 10}).value();
        CHECK(RangeLock::try_shared(second, {.offset = 19, .length = 1}).error() ==
              wali::Error(Errno::AGAIN, wali::Call::fcntl));
        CHECK(RangeLock::try_exclusive(second, {.offset = 20}));
        CHECK(RangeLock::try_exclusive(second, {.length = 10}));
        CHECK(RangeLock::shared(second, {}, std::chrono::milliseconds(3)).error() ==
              wali::Error(Errno::TIMEDOUT, wali::Call::fcntl));
    }
    {
        RangeLock shared = RangeLock::shared(first, {}).value();
        CHECK(RangeLock::try_shared(second, {}));
        CHECK(RangeLock::try_exclusive(second, {.offset = 1'000'000}).error() == Errno::AGAIN);
        const RangeLock moved = std::move(shared);
        CHECK(RangeLock::exclusive(second, {}, std::chrono::milliseconds(0)).error() == Errno::TIMEDOUT);
    }
    RangeLock last = RangeLock::try_exclusive(second, {}).value();
    CHECK(static_cast<bool>(last));
    last.release();
    CHECK(RangeLock::exclusive(first, {}, std::chrono::milliseconds(0)));
    CHECK(RangeLock::shared(wali::BorrowedFd::from_raw(-1), {}).error() == Errno::BADF);
    // It would be the byte before the offset.
    CHECK(RangeLock::shared(first, {.offset = 100, .length = ~wali::u64{0}}).error() == Errno::INVAL);
}

TEST_CASE("an exclusive lock of a range needs a file that is open for writing") {
    const test::TemporaryDirectory dir;
    REQUIRE(File::create(dir.path("a")));
    const File file = File::open(dir.path("a")).value();
    CHECK(RangeLock::exclusive(file, {}).error() == Errno::BADF);
    CHECK(RangeLock::shared(file, {}));
}

TEST_CASE("the end of a child's copy of a range's lock leaves the parent's lock alone") {
    const test::TemporaryDirectory dir;
    const File first = File::open(dir.path("a"), read_write).value();
    const File second = File::open(dir.path("a"), read_write).value();
    auto lock = std::make_optional(RangeLock::exclusive(first, {}).value());
    CHECK(in_child([&] {
              lock.reset();
              return 0;
          }) == 0);
    CHECK(RangeLock::try_shared(second, {}).error() == Errno::AGAIN);
}

TEST_CASE("a process's lock excludes other processes, not the process") {
    const test::TemporaryDirectory dir;
    const File first = File::open(dir.path("a"), read_write).value();
    const File second = File::open(dir.path("a"), read_write).value();
    auto lock = wali::ProcessRangeLock::exclusive(first, {}).value();
    CHECK(wali::ProcessRangeLock::try_shared(second, {.offset = 100}));
    const auto attempt = [&] { return wali::ProcessRangeLock::try_shared(second, {.length = 1}).has_value() ? 0 : 1; };
    CHECK(in_child(attempt) == 1);
    lock.release();
    CHECK(in_child(attempt) == 0);
}
