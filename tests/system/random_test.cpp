// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>
#include <wali/signal/scoped_handler.hpp>
#include <wali/system/random.hpp>
#include <wali/system/random_generator.hpp>
#include <wali/time/posix_timer.hpp>

using wali::RandomGenerator;
using wali::u64;

static_assert(std::uniform_random_bit_generator<RandomGenerator>);

TEST_CASE("get_random fills buffers of any size, each time with something else") {
    std::array<std::byte, 32> first{};
    std::array<std::byte, 32> second{};
    CHECK(wali::system::get_random(first).value() == first.size());
    CHECK(wali::system::get_random(second, wali::RandomFlags::NONBLOCK).value() == second.size());
    CHECK(first != second);
    CHECK(wali::system::get_random({}).value() == 0);
    CHECK(wali::system::get_random(first, wali::RandomFlags{0x80}).error() ==
          wali::Error(wali::Errno::INVAL, wali::Call::getrandom));

    // The kernel makes no more than 32 MiB at once: the rest comes from further calls.
    std::vector<std::byte> large(33'554'431 + 4096);
    CHECK(wali::system::get_random_all(large).value() == large.size());
    CHECK(std::set<std::byte>(large.end() - 4096, large.end()).size() > 200);
    const wali::Transfer none = wali::system::get_random_all(first, wali::RandomFlags{0x80});
    CHECK(none.error() == wali::Errno::INVAL);
    CHECK(none.transferred() == 0);
}

TEST_CASE("a RandomGenerator feeds the standard library's distributions") {
    RandomGenerator generator = RandomGenerator::create().value();
    std::uniform_int_distribution dice(1, 6);
    std::map<int, int> counts;
    for (int i = 0; i < 6000; ++i) ++counts[dice(generator)];
    CHECK(counts.size() == 6);
    // A fair one is outside of this once in 10^30 runs.
    for (const auto& [number, count] : counts) CHECK((count > 600 && count < 1400));

    std::set<u64> numbers;
    for (int i = 0; i < 2000; ++i) numbers.insert(generator());
    CHECK(numbers.size() == 2000);
    CHECK_FALSE(numbers.contains(0));

    RandomGenerator moved = std::move(generator);
    CHECK_FALSE(numbers.contains(moved()));
}

TEST_CASE("a forked child's RandomGenerator gives other numbers than the parent's") {
    RandomGenerator generator = RandomGenerator::create().value();
    generator();
    wali::Pipe pipe = wali::Pipe::create().value();
    std::array<u64, 8> childs;
    test::in_child([&]() -> wali::result<bool> {
        for (u64& number : childs) number = generator();
        WALI_TRY(pipe.writer.write_all(wali::as_bytes(childs)));
        return true;
    });
    REQUIRE(pipe.reader.read_all(std::as_writable_bytes(std::span(childs))).value() == sizeof childs);
    for (const u64 number : childs) {
        CHECK(number != 0);
        CHECK(number != generator());
    }
}

namespace {
volatile bool has_forked = false;
volatile bool is_copy = false;

void fork_here(int) noexcept {
    if (wali::process::fork().value() == wali::Pid(0)) is_copy = true;
    has_forked = true;
}
}  // namespace

TEST_CASE("a child that a signal handler forks in the middle of a RandomGenerator gets no zeros") {
    const auto handler = wali::ScopedSignalHandler::set(wali::Signal::USR1, fork_here).value();
    RandomGenerator generator = RandomGenerator::create().value();
    const auto timer = wali::PosixTimer::create(wali::Signal::USR1).value();
    for (int i = 0; i < 20; ++i) {
        has_forked = false;
        REQUIRE(timer.set_after(std::chrono::microseconds(100 + i)));  // once
        u64 number = 0;
        do {  // once at least: the signal may be there already
            number = generator();
        } while (!has_forked);
        if (is_copy) {
            // More than a page has.
            bool right = number != 0 && number != ~u64{0};
            for (int j = 0; j < 600; ++j) right = generator() != 0 && right;
            wali::process::exit(right ? 0 : 1);
        }
        const auto child = wali::retry_interrupted([] { return wali::process::wait(wali::WaitTarget::any()); });
        CHECK(child.value().status.exit_code() == 0);
    }
}
