// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/event_fd.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/scoped_handler.hpp>
#include <wali/signal/send.hpp>
#include <wali/signal/termination.hpp>
#include <wali/sys/process.hpp>

#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::Signal;

namespace {

int termination_rounds() {
    const char* const wanted = std::getenv("WALI_RACE_ROUNDS");
    return wanted == nullptr ? 60 : std::atoi(wanted);
}

}  // namespace

TEST_CASE("a service waits for its end as for any descriptor") {
    const test::LeavesNothing leaves_nothing;
    const auto ignored = wali::ScopedSignalHandler::ignore(Signal::TERM).value();
    {
        const wali::Epoll epoll = wali::Epoll::create().value();
        const auto termination = epoll.add(wali::signal::on_termination().value(), wali::EpollEvents::IN, 7).value();
        CHECK_FALSE(termination->requested());
        CHECK(termination->wait(wali::Duration(1)).error() == Errno::TIMEDOUT);
        CHECK(wali::signal::on_termination().error() == Errno::BUSY);
        CHECK(wali::process::send_signal(wali::process::id(), Signal::INT));
        CHECK(wali::process::send_signal(wali::process::id(), Signal::TERM));
        std::array<wali::EpollEvent, 1> events;
        CHECK(wali::retry_interrupted([&] { return epoll.wait(events); }).value().size() == 1);
        CHECK(events[0].index() == 7);
        CHECK(termination->requested() == Signal::INT);
        CHECK(termination->wait().value() == Signal::INT);
    }
    CHECK(wali::signal::raise(Signal::TERM));  // ignored, as before
}

TEST_CASE("a thread that was started before sees the end, too") {
    const test::LeavesNothing leaves_nothing;
    std::atomic<const wali::Termination*> shared = nullptr;
    std::atomic<bool> over = false;
    std::thread waiter([&] {
        const wali::Termination* termination = nullptr;
        while ((termination = shared.load()) == nullptr) std::this_thread::yield();
        CHECK(termination->wait().value() == Signal::USR2);
        over = true;
    });
    const wali::Termination termination = wali::signal::on_termination({Signal::USR2}).value();
    shared = &termination;
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR2));
    waiter.join();
    CHECK(over);
}

TEST_CASE("a forked copy is ended by the signals of its parent's termination") {
    const test::LeavesNothing leaves_nothing;
    const wali::Termination termination = wali::signal::on_termination().value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        (void)wali::signal::raise(Signal::TERM);
        wali::process::exit(1);
    }
    int status = 0;
    CHECK(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == wali::abi::bits(Signal::TERM));
    CHECK_FALSE(termination.requested());
}

TEST_CASE("signals that cannot be handled leave the others as they were") {
    const test::LeavesNothing leaves_nothing;
    const auto ignored = wali::ScopedSignalHandler::ignore(Signal::HUP).value();
    CHECK(wali::signal::on_termination({Signal::HUP, Signal::KILL}).error() == Errno::INVAL);
    CHECK(wali::signal::raise(Signal::HUP));
    CHECK(wali::signal::on_termination({Signal::HUP}));
}

TEST_CASE("a forked copy does not take its parent's end for its own") {
    const test::LeavesNothing leaves_nothing;
    const wali::Termination termination = wali::signal::on_termination().value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        const auto waited = termination.wait();
        wali::process::exit(waited.has_error() && waited.error() == Errno::CANCELED ? 0 : 1);
    }
    CHECK(wali::signal::raise(Signal::TERM));
    CHECK(termination.wait().value() == Signal::TERM);
    int status = -1;
    CHECK(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    CHECK(status == 0);
}

TEST_CASE("a copy that is forked while a thread handles a signal ends its own Termination") {
    const test::LeavesNothing leaves_nothing;
    std::optional<wali::Termination> termination = wali::signal::on_termination({Signal::USR2}).value();
    std::atomic<bool> over = false;
    std::thread signalled([&] {
        while (!over) (void)wali::signal::raise(Signal::USR2);
    });
    while (!termination->requested()) std::this_thread::yield();
    for (int i = 0; i < 50; ++i) {
        const wali::Pid child = wali::process::fork().value();
        if (child == wali::Pid(0)) {
            termination.reset();
            wali::process::exit(0);
        }
        int status = -1;
        CHECK(wali::retry_interrupted([&] {
                  return wali::to_result<int>(wali::Call::wait4, wali::sys::wait4(child.raw(), &status, 0, nullptr));
              }).value() == child.raw());
        CHECK(status == 0);
    }
    over = true;
    signalled.join();
}

TEST_CASE("a handler that begins while a Termination ends writes to no descriptor") {
    const test::LeavesNothing leaves_nothing;
    const auto ignored = wali::ScopedSignalHandler::ignore(Signal::USR2).value();
    std::atomic<bool> over = false;
    std::array<std::thread, 2> signalled;
    for (std::thread& thread : signalled)
        thread = std::thread([&] {
            while (!over) (void)wali::signal::raise(Signal::USR2);
        });
    for (int i = 0; i < termination_rounds(); ++i) {
        (void)wali::signal::on_termination({Signal::USR2}).value();
        // It has the number of the one that has gone.
        const auto event = wali::EventFd::create(0, wali::EventfdFlags::NONBLOCK).value();
        for (int j = 0; j < 4; ++j) std::this_thread::yield();
        CHECK(event.read().error() == Errno::AGAIN);
    }
    over = true;
    for (std::thread& thread : signalled) thread.join();
}
