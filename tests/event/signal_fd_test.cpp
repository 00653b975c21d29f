// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <csignal>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/signal_fd.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/process.hpp>

#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::Signal;
using wali::SignalFd;

TEST_CASE("blocked signals are read from a SignalFd, with who has sent them") {
    const test::LeavesNothing leaves_nothing;
    const wali::SignalSet before = wali::signal::block({Signal::USR1, Signal::USR2}).value();
    const wali::Epoll epoll = wali::Epoll::create().value();
    const auto signals =
        epoll.add(SignalFd::create({Signal::USR1}, wali::SignalfdFlags::NONBLOCK).value(), wali::EpollEvents::IN)
            .value();
    CHECK(signals->read().error() == Errno::AGAIN);
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR2));
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR1));
    std::array<wali::EpollEvent, 1> events;
    CHECK(epoll.wait(events).value().size() == 1);
    const wali::SignalFdEvent first = signals->read().value();
    CHECK(first.signal() == Signal::USR1);
    CHECK(first.code() == wali::SignalCode::USER);
    CHECK(first.sender() == wali::process::id());
    CHECK(first.sender_user().has_value());
    CHECK_FALSE(first.child_status());
    CHECK_FALSE(first.value().has_value());
    CHECK(signals->read().error() == Errno::AGAIN);

    CHECK(signals->set_signals({Signal::USR2}));
    std::array<wali::SignalFdEvent, 3> read;
    CHECK(signals->read(read).value().size() == 1);
    CHECK(read[0].signal() == Signal::USR2);
    CHECK(signals->read(std::span(read).first(0)).error() == Errno::INVAL);
    CHECK(SignalFd().set_signals({}).error() == Errno::BADF);
    CHECK(wali::signal::set_mask(before));
}

TEST_CASE("the end of a child comes through a SignalFd") {
    const test::LeavesNothing leaves_nothing;
    const wali::SignalSet before = wali::signal::block({Signal::CHLD}).value();
    const SignalFd signals = SignalFd::create({Signal::CHLD}).value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(9);
    const wali::SignalFdEvent event = signals.read().value();
    CHECK(event.signal() == Signal::CHLD);
    CHECK(event.sender() == child);
    CHECK(event.child_status()->exit_code() == 9);
    CHECK(event.raw().ssi_status == 9);
    CHECK(wali::sys::wait4(child.raw(), nullptr, 0, nullptr) == child.raw());
    CHECK(wali::signal::set_mask(before));
}

TEST_CASE("the value of a queued signal comes through a SignalFd") {
    const wali::SignalSet before = wali::signal::block({Signal::USR1}).value();
    const SignalFd signals = SignalFd::create({Signal::USR1}).value();
    sigval value{};
    value.sival_int = 4711;
    CHECK(sigqueue(wali::process::id().raw(), SIGUSR1, value) == 0);
    const wali::SignalFdEvent event = signals.read().value();
    CHECK(event.code() == wali::SignalCode::QUEUE);
    CHECK(event.value() == 4711);
    CHECK(wali::signal::set_mask(before));
}
