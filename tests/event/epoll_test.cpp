// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/fs/file.hpp>

using namespace std::chrono_literals;
using wali::Epoll;
using wali::EpollEvent;
using wali::EpollEvents;
using wali::Errno;
using wali::Pipe;

TEST_CASE("wait returns what is ready, with its token") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    constexpr wali::u64 token = 0xfedcba9876543210;
    CHECK(epoll.add(pipe.reader, EpollEvents::IN, token));
    std::array<EpollEvent, 4> events;
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK(pipe.writer.write_all("x"));
    const auto ready = epoll.wait(events).value();
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].token() == token);
    CHECK(ready[0].has(EpollEvents::IN));
    CHECK_FALSE(ready[0].has(EpollEvents::OUT | EpollEvents::HUP));
}

TEST_CASE("many events come back in one call") {
    const Epoll epoll = Epoll::create().value();
    std::vector<Pipe> pipes;
    for (wali::u64 i = 0; i < 20; ++i) {
        pipes.push_back(Pipe::create().value());
        CHECK(pipes.back().writer.write_all("x"));
        CHECK(epoll.add(pipes.back().reader, EpollEvents::IN, i));
    }
    std::array<EpollEvent, 32> events;
    const auto ready = epoll.wait(events, 0ms).value();
    CHECK(ready.size() == 20);
    std::vector<wali::u64> tokens;
    for (const EpollEvent& event : ready) tokens.push_back(event.token());
    std::ranges::sort(tokens);
    for (wali::usize i = 0; i < 20; ++i) CHECK(tokens[i] == i);
    CHECK(epoll.wait(std::span(events).first(3), 0ms).value().size() == 3);
}

TEST_CASE("modify replaces events and token, remove ends the watch") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    std::array<EpollEvent, 1> events;
    CHECK(epoll.add(pipe.writer, EpollEvents::OUT, 1));
    CHECK(epoll.modify(pipe.writer, EpollEvents::OUT | EpollEvents::ONESHOT, 2));
    CHECK(epoll.wait(events, 0ms).value()[0].token() == 2);
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK(epoll.remove(pipe.writer));
    CHECK(epoll.remove(pipe.writer).error() == Errno::NOENT);
    CHECK(epoll.modify(pipe.writer, EpollEvents::OUT, 3).error() == Errno::NOENT);
}

TEST_CASE("hang-up is told without being asked for") {
    const Epoll epoll = Epoll::create().value();
    Pipe pipe = Pipe::create().value();
    CHECK(epoll.add(pipe.reader, EpollEvents{}, 7));
    CHECK(pipe.writer.close());
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, 0ms).value()[0].has(EpollEvents::HUP));
}

TEST_CASE("bad requests fail with the kernel's errors") {
    const Epoll epoll = Epoll::create().value();
    const Pipe pipe = Pipe::create().value();
    CHECK(epoll.add(pipe.reader, EpollEvents::IN, 0));
    CHECK(epoll.add(pipe.reader, EpollEvents::IN, 0).error() == Errno::EXIST);
    CHECK(epoll.add(wali::BorrowedFd::from_raw(-1), EpollEvents::IN, 0).error() == Errno::BADF);
    CHECK(epoll.add(epoll.fd(), EpollEvents::IN, 0).error() == Errno::INVAL);
    CHECK(epoll.wait({}, 0ms).error() == Errno::INVAL);
    CHECK(epoll.add(wali::File::open("/proc/self/status").value(), EpollEvents::IN, 0).error() == Errno::PERM);
}

TEST_CASE("a closed descriptor leaves the set") {
    const Epoll epoll = Epoll::create().value();
    std::array<EpollEvent, 2> events;
    {
        const Pipe pipe = Pipe::create().value();
        CHECK(pipe.writer.write_all("x"));
        CHECK(epoll.add(pipe.reader, EpollEvents::IN, 0));
        CHECK(epoll.wait(events, 0ms).value().size() == 1);
    }
    CHECK(epoll.wait(events, 0ms).value().empty());
}
