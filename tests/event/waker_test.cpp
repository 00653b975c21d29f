// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/waker.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>

using wali::Epoll;
using wali::EpollEvent;
using wali::EpollEvents;
using wali::Errno;
using wali::Signal;
using wali::Waker;

namespace {

Waker of_handler;
std::atomic<int> rung = 0;

void ring(int) noexcept {
    ++rung;
    (void)of_handler.wake();
}

}  // namespace

TEST_CASE("each wake is an event of an edge-triggered watch, with nothing to be read") {
    const Epoll epoll = Epoll::create().value();
    const Waker waker = Waker::create().value();
    const auto watch = epoll.add(waker.fd(), EpollEvents::IN | EpollEvents::ET, 3).value();
    std::array<EpollEvent, 1> events;
    CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().empty());
    for (int i = 0; i < 3; ++i) {
        CHECK(waker.wake());
        CHECK(waker.wake());
        CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().size() == 1);
        CHECK(events[0].index() == 3);
        CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().empty());
    }
}

TEST_CASE("a level-triggered watch is awake until it is reset") {
    const Epoll epoll = Epoll::create().value();
    const Waker waker = Waker::create().value();
    const auto watch = epoll.add(waker.fd(), EpollEvents::IN).value();
    std::array<EpollEvent, 1> events;
    CHECK(waker.wake());
    CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().size() == 1);
    CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().size() == 1);
    CHECK(waker.reset());
    CHECK(waker.reset());
    CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().empty());
    CHECK(Waker().wake().error() == Errno::BADF);
}

TEST_CASE("no wake of other threads is lost") {
    constexpr int threads = 3;
    constexpr int rounds = 2000;
    const Epoll epoll = Epoll::create().value();
    const Waker waker = Waker::create().value();
    const auto watch = epoll.add(waker.fd(), EpollEvents::IN | EpollEvents::ET).value();
    std::atomic<int> said = 0;
    std::array<std::jthread, threads> wakers;
    for (std::jthread& thread : wakers)
        thread = std::jthread([&] {
            for (int i = 0; i < rounds; ++i) {
                ++said;
                CHECK(waker.wake());
            }
        });
    std::array<EpollEvent, 1> events;
    while (said != threads * rounds) CHECK(epoll.wait(events).value().size() == 1);
}

TEST_CASE("a signal handler wakes, whatever it interrupts") {
    constexpr int rounds = 2000;
    rung = 0;
    of_handler = Waker::create().value();
    const Epoll epoll = Epoll::create().value();
    const auto watch = epoll.add(of_handler.fd(), EpollEvents::IN | EpollEvents::ET).value();
    CHECK(wali::signal::set_handler(Signal::USR1, ring));
    {
        const std::jthread sender([] {
            for (int i = 0; i < rounds; ++i) {
                CHECK(wali::process::send_signal(wali::process::id(), Signal::USR1));
                while (rung <= i) std::this_thread::yield();  // a signal that waits already would be lost
            }
        });
        std::array<EpollEvent, 1> events;
        // The handler may run in this thread, which is then interrupted, or in the sender.
        while (rung != rounds) {
            const auto ready = epoll.wait(events);
            CHECK((ready.has_value() || ready.error() == Errno::INTR));
        }
    }
    CHECK(rung == rounds);
    CHECK(wali::signal::reset(Signal::USR1));
    of_handler = Waker();
}
