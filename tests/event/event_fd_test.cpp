// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <thread>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/event_fd.hpp>

using wali::Errno;
using wali::EventFd;
using wali::EventfdFlags;

TEST_CASE("a read takes the whole counter, of a semaphore one") {
    const EventFd counter = EventFd::create(2, EventfdFlags::NONBLOCK).value();
    CHECK(counter.write(40));
    CHECK(counter.read().value() == 42);
    CHECK(counter.read().error() == wali::Error(Errno::AGAIN, wali::Call::read));
    const EventFd semaphore = EventFd::create(2, EventfdFlags::NONBLOCK | EventfdFlags::SEMAPHORE).value();
    CHECK(semaphore.write());
    for (int i = 0; i < 3; ++i) CHECK(semaphore.read().value() == 1);
    CHECK(semaphore.read().error() == Errno::AGAIN);
}

TEST_CASE("a full counter takes no more, and the largest number is none") {
    const EventFd counter = EventFd::create(0, EventfdFlags::NONBLOCK).value();
    CHECK(counter.write(~wali::u64{0}).error() == Errno::INVAL);
    CHECK(counter.write(~wali::u64{0} - 1));
    CHECK(counter.write().error() == wali::Error(Errno::AGAIN, wali::Call::write));
    CHECK(counter.read().value() == ~wali::u64{0} - 1);
    CHECK(EventFd().read().error() == Errno::BADF);
}

TEST_CASE("a read waits for another thread's write") {
    const EventFd counter = EventFd::create().value();
    const std::jthread writer([&] { CHECK(counter.write(7)); });
    CHECK(counter.read().value() == 7);
}

TEST_CASE("an epoll watches a counter, which its duplicates share") {
    const EventFd counter = EventFd::create().value();
    const wali::Epoll epoll = wali::Epoll::create().value();
    const auto watch = epoll.add(counter.fd(), wali::EpollEvents::IN).value();
    std::array<wali::EpollEvent, 1> events;
    CHECK(epoll.wait(events, std::chrono::milliseconds(0)).value().empty());
    CHECK(counter.duplicate().value().write());
    CHECK(epoll.wait(events).value().size() == 1);
}
