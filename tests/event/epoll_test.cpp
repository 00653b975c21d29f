// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#if !defined(__wasm__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <cerrno>
#include <cstddef>
#endif

#include <wali/event/epoll.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>

using namespace std::chrono_literals;
using wali::Epoll;
using wali::EpollEvent;
using wali::EpollEvents;
using wali::Errno;
using wali::Pipe;

TEST_CASE("wait returns what is ready, with the index and key of its registration") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto registration = epoll.add(pipe.reader.fd(), EpollEvents::IN, 0xfedcba98).value();
    std::array<EpollEvent, 4> events;
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK(pipe.writer.write_all("x"));
    const auto ready = epoll.wait(events).value();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].index() == 0xfedcba98);
    CHECK(ready[0].key() == registration.key());
    CHECK(ready[0].is_for(registration));
    CHECK(ready[0].has(EpollEvents::IN));
    CHECK_FALSE(ready[0].has(EpollEvents::OUT | EpollEvents::HUP));
}

TEST_CASE("many events come back in one call") {
    const Epoll epoll = Epoll::create().value();
    std::vector<wali::EpollRegistration<wali::File>> readers;
    std::vector<wali::File> writers;
    for (wali::u32 i = 0; i < 20; ++i) {
        Pipe pipe = Pipe::create().value();
        CHECK(pipe.writer.write_all("x"));
        readers.push_back(epoll.add(std::move(pipe.reader), EpollEvents::IN, i).value());
        writers.push_back(std::move(pipe.writer));
    }
    std::array<EpollEvent, 32> events;
    const auto ready = epoll.wait(events, 0ms).value();
    CHECK(ready.size() == 20);
    std::vector<wali::u32> indices;
    for (const EpollEvent& event : ready) indices.push_back(event.index());
    std::ranges::sort(indices);
    for (wali::u32 i = 0; i < 20; ++i) CHECK(indices[i] == i);
    CHECK(epoll.wait(std::span(events).first(3), 0ms).value().size() == 3);
}

TEST_CASE("modify replaces the events, and the end of a registration ends the watch") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    std::array<EpollEvent, 1> events;
    {
        const auto registration = epoll.add(pipe.writer.fd(), EpollEvents::OUT, 1).value();
        CHECK(registration.modify(EpollEvents::OUT | EpollEvents::ONESHOT));
        CHECK(epoll.wait(events, 0ms).value()[0].is_for(registration));
        CHECK(epoll.wait(events, 0ms).value().empty());
        CHECK(registration.modify(EpollEvents::OUT));
        CHECK(epoll.wait(events, 0ms).value().size() == 1);
    }
    CHECK(epoll.wait(events, 0ms).value().empty());
    const auto again = epoll.add(pipe.writer.fd(), EpollEvents::OUT, 1).value();
    CHECK(again);
}

TEST_CASE("an edge-triggered watch tells of changes, not of what is still there") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto registration = epoll.add(pipe.reader.fd(), EpollEvents::IN | EpollEvents::ET).value();
    std::array<EpollEvent, 1> events;
    CHECK(pipe.writer.write_all("x"));
    CHECK(epoll.wait(events, 0ms).value().size() == 1);
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK(pipe.writer.write_all("y"));
    CHECK(epoll.wait(events, 0ms).value().size() == 1);
}

TEST_CASE("an exclusive watch wakes at least one of the instances that wait, and cannot be modified") {
    Pipe pipe = Pipe::create(wali::OpenFlags::NONBLOCK).value();
    std::atomic<int> taken = 0;
    {
        std::array<std::jthread, 3> waiters;
        for (std::jthread& waiter : waiters)
            waiter = std::jthread([&] {
                const Epoll epoll = Epoll::create().value();
                const auto registration = epoll.add(pipe.reader.fd(), EpollEvents::IN | EpollEvents::EXCLUSIVE).value();
                CHECK(registration.modify(EpollEvents::IN).error() == Errno::INVAL);
                std::array<EpollEvent, 1> events;
                std::array<std::byte, 1> byte{};
                for (;;) {
                    if (epoll.wait(events).value().empty()) continue;
                    if (events[0].has(EpollEvents::HUP)) break;
                    if (pipe.reader.read(byte)) ++taken;
                }
            });
        for (int i = 1; i <= 100; ++i) {
            CHECK(pipe.writer.write_all("x"));
            while (taken != i) std::this_thread::yield();
        }
        CHECK(pipe.writer.close());  // ends all of them
    }
    CHECK(taken == 100);
}

TEST_CASE("an event that was fetched before its registration ended is for nobody") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    CHECK(pipe.writer.write_all("x"));
    auto reader = epoll.add(std::move(pipe.reader), EpollEvents::IN, 7).value();
    std::array<EpollEvent, 1> events;
    const auto ready = epoll.wait(events, 0ms).value();
    REQUIRE(ready.size() == 1);
    wali::File file = std::move(reader).into_inner();
    CHECK_FALSE(static_cast<bool>(reader));  // NOLINT(bugprone-use-after-move): that is what is tested
    const auto next = epoll.add(std::move(file), EpollEvents::IN, 7).value();
    CHECK(ready[0].index() == 7);
    CHECK_FALSE(ready[0].is_for(next));
    CHECK(epoll.wait(events, 0ms).value()[0].is_for(next));
}

TEST_CASE("a registration owns its descriptor, also where a duplicate lives on") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    const wali::File duplicate = pipe.reader.duplicate().value();
    std::array<EpollEvent, 2> events;
    {
        auto reader = epoll.add(std::move(pipe.reader), EpollEvents::IN).value();
        CHECK(pipe.writer.write_all("x"));
        CHECK(epoll.wait(events, 0ms).value().size() == 1);
        std::array<std::byte, 1> byte{};
        CHECK(reader->read(byte).value() == 1);
        auto moved = std::move(reader);
        CHECK(pipe.writer.write_all("x"));
        CHECK(epoll.wait(events, 0ms).value()[0].is_for(moved));
    }
    // Were the descriptor only closed, the kernel would go on to watch the open file.
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK(pipe.writer.close());
    CHECK(epoll.wait(events, 0ms).value().empty());
}

TEST_CASE("the end of a child's copy of a registration leaves the parent's watch alone") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    auto reader = std::make_optional(epoll.add(std::move(pipe.reader), EpollEvents::IN).value());
    const long child = wali::sys::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        reader.reset();
        wali::process::exit(0);
    }
    int status = -1;
    REQUIRE(wali::sys::wait4(static_cast<int>(child), &status, 0, nullptr) == child);
    CHECK(status == 0);
    CHECK(pipe.writer.write_all("x"));
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, 0ms).value().size() == 1);
}

TEST_CASE("hang-up is told without being asked for") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    const auto registration = epoll.add(std::move(pipe.reader), EpollEvents{}).value();
    CHECK(pipe.writer.close());
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, 0ms).value()[0].has(EpollEvents::HUP));
}

TEST_CASE("a wait lasts for its timeout to the nanosecond, until its deadline, and not at all below zero") {
    const Epoll epoll = Epoll::create().value();
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, 3ms).value().empty());
    CHECK(epoll.wait(events, 0s).value().empty());
    for (const wali::Duration timeout : {wali::Duration(1'500'000), wali::Duration(2'000'000), wali::Duration(1)}) {
        const auto start = wali::MonotonicClock::now();
        CHECK(epoll.wait(events, timeout).value().empty());
        CHECK(wali::MonotonicClock::now() - start >= timeout);
    }
    CHECK(epoll.wait(events, -1s).value().empty());
    const auto deadline = wali::MonotonicClock::now() + 3ms;
    CHECK(epoll.wait_until(events, deadline).value().empty());
    CHECK(wali::MonotonicClock::now() >= deadline);
    CHECK(epoll.wait_until(events, deadline).value().empty());
    CHECK(wali::deadline_after(wali::forever()) == wali::MonotonicClock::time_point::max());
}

TEST_CASE("a wait for the longest time of any unit, or until the last of all points, waits without end") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    const auto registration = epoll.add(pipe.reader.fd(), EpollEvents::IN).value();
    CHECK(pipe.writer.write_all("x"));
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, std::chrono::hours::max()).value().size() == 1);
    CHECK(epoll.wait(events, std::chrono::days::max()).value().size() == 1);
    CHECK(epoll.wait(events, std::chrono::seconds::max() - 1s).value().size() == 1);
    CHECK(epoll.wait(events, std::chrono::microseconds::max() - 1us).value().size() == 1);
    CHECK(epoll.wait_until(events, std::chrono::steady_clock::time_point::max()).value().size() == 1);
    CHECK(epoll.wait_until(events, std::chrono::steady_clock::now() + 1h).value().size() == 1);
    std::array<std::byte, 1> byte{};
    CHECK(pipe.reader.read(byte).value() == 1);
    CHECK(epoll.wait_until(events, std::chrono::steady_clock::now() - 1h).value().empty());
}

TEST_CASE("a registration of a borrowed descriptor may be there before its watch") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    wali::EpollRegistration<wali::BorrowedFd> registration;
    CHECK_FALSE(static_cast<bool>(registration));
    CHECK(registration->raw() == -1);
    registration = epoll.add(pipe.writer.fd(), EpollEvents::OUT).value();
    CHECK(registration->raw() == pipe.writer.fd().raw());
}

#if !defined(__wasm__)  // the runtime has no filters
namespace {

/// From now on a call of this process answers with `error`, as in a container that does not know it.
bool refuse_call(unsigned number, int error) {
    const sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {4, const_cast<sock_filter*>(filter)};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("a fine timeout works where epoll_pwait2 is missing or refused") {
    for (const int error : {ENOSYS, EPERM}) {
        const long child = wali::sys::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const Epoll epoll = Epoll::create().value();
            std::array<EpollEvent, 1> events;
            const auto start = wali::MonotonicClock::now();
            const bool waited = refuse_call(SYS_epoll_pwait2, error) && epoll.wait(events, 1500us) &&
                                wali::MonotonicClock::now() - start >= 1500us;
            wali::process::exit(waited ? 0 : 1);
        }
        int status = -1;
        REQUIRE(wali::sys::wait4(static_cast<int>(child), &status, 0, nullptr) == child);
        CHECK(status == 0);
    }
}
#endif

TEST_CASE("bad requests fail with the kernel's errors") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    const auto registration = epoll.add(pipe.reader.fd(), EpollEvents::IN).value();
    CHECK(epoll.add(pipe.reader.fd(), EpollEvents::IN).error() == wali::Error(Errno::EXIST, wali::Call::epoll_ctl));
    CHECK(epoll.add(wali::BorrowedFd::from_raw(-1), EpollEvents::IN).error() == Errno::BADF);
    CHECK(epoll.add(epoll.fd(), EpollEvents::IN).error() == Errno::INVAL);
    CHECK(epoll.wait({}, 0ms).error() == Errno::INVAL);
    CHECK(epoll.add(wali::File::open("/proc/self/status").value(), EpollEvents::IN).error() == Errno::PERM);
}
