// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/sys/time.hpp>

using wali::Errno;
using wali::Signal;
using wali::SignalSet;

namespace {

std::atomic<int> last_signal = 0;
std::atomic<int> handled = 0;

void remember(int signal) noexcept {
    last_signal = signal;
    ++handled;
}

}  // namespace

TEST_CASE("a handler runs when its signal arrives") {
    handled = 0;
    CHECK(wali::signal::set_handler(Signal::USR1, remember));
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR1));
    CHECK(handled == 1);
    CHECK(last_signal == wali::abi::bits(Signal::USR1));
    CHECK(wali::signal::reset(Signal::USR1));
}

TEST_CASE("an ignored signal does nothing") {
    CHECK(wali::signal::ignore(Signal::USR1));
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR1));
    CHECK(wali::signal::reset(Signal::USR1));
}

TEST_CASE("a blocked signal waits") {
    handled = 0;
    CHECK(wali::signal::set_handler(Signal::USR2, remember));
    const SignalSet before = wali::signal::block({Signal::USR2}).value();
    CHECK(wali::process::send_signal(wali::process::id(), Signal::USR2));
    CHECK(handled == 0);
    CHECK(wali::signal::set_mask(before).value().contains(Signal::USR2));
    CHECK(handled == 1);
    CHECK(wali::signal::reset(Signal::USR2));
}

TEST_CASE("Epoll::wait unblocks a signal only while it waits") {
    handled = 0;
    const wali::Epoll epoll = wali::Epoll::create().value();
    CHECK(wali::signal::set_handler(Signal::TERM, remember));
    const SignalSet before = wali::signal::block({Signal::TERM}).value();
    CHECK(wali::process::send_signal(wali::process::id(), Signal::TERM));
    CHECK(handled == 0);
    std::array<wali::EpollEvent, 1> events;
    CHECK(epoll.wait(events, wali::forever(), &before).error() == Errno::INTR);
    CHECK(handled == 1);
    CHECK(wali::signal::set_mask(before));
    CHECK(wali::signal::reset(Signal::TERM));
}

TEST_CASE("a handled signal interrupts a waiting read") {
    CHECK(wali::signal::set_handler(Signal::ALRM, remember));
    const wali::Pipe pipe = wali::Pipe::create().value();
    // The timer repeats, so that one expiry before the read starts does not matter.
    const wali::abi::itimerval every{{0, 5000}, {0, 5000}};
    const wali::abi::itimerval never{};
    REQUIRE(wali::sys::setitimer(0, &every, nullptr) == 0);
    std::array<std::byte, 1> buffer{};
    CHECK(pipe.reader.read(buffer).error() == Errno::INTR);
    REQUIRE(wali::sys::setitimer(0, &never, nullptr) == 0);
    CHECK(wali::signal::reset(Signal::ALRM));
}

TEST_CASE("signals that cannot be handled are refused") {
    CHECK(wali::signal::set_handler(Signal::KILL, remember).error() == Errno::INVAL);
    CHECK(wali::signal::ignore(Signal::STOP).error() == Errno::INVAL);
    CHECK(wali::signal::reset(static_cast<Signal>(99)).error() == Errno::INVAL);
    CHECK(wali::process::send_signal(wali::Pid(0), Signal::USR1).error() == Errno::INVAL);
    CHECK(wali::process::send_signal(wali::Pid(-1), Signal::USR1).error() == Errno::INVAL);
}
