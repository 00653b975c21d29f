// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/event/pid_fd.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

#include "support/leaves_nothing.hpp"

using namespace std::chrono_literals;
using wali::Errno;
using wali::Pid;
using wali::PidFd;
using wali::Signal;

namespace {

/// A child that ends with `status` when `hold` has no writer any more.
Pid child_that_waits_for(wali::Pipe& hold, int status) {
    const Pid child = wali::process::fork().value();
    if (child == Pid(0)) {
        std::array<std::byte, 1> buffer;
        (void)hold.writer.close();
        (void)hold.reader.read(buffer);
        wali::process::exit(status);
    }
    return child;
}

}  // namespace

TEST_CASE("a PidFd waits for its child, and Epoll sees the end") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe hold = wali::Pipe::create().value();
    const Pid child = child_that_waits_for(hold, 5);
    const wali::Epoll epoll = wali::Epoll::create().value();
    const auto registration = epoll.add(PidFd::open(child).value(), wali::EpollEvents::IN).value();
    std::array<wali::EpollEvent, 1> events;
    CHECK(epoll.wait(events, 0ms).value().empty());
    CHECK_FALSE(registration->try_wait().value());
    CHECK(registration->wait(1ms).error() == Errno::TIMEDOUT);
    CHECK(hold.writer.close());
    CHECK(epoll.wait(events).value().size() == 1);
    CHECK(registration->wait(10s).value().exit_code() == 5);
    CHECK(registration->wait().error() == Errno::CHILD);
    CHECK(PidFd().wait().error() == wali::Error(Errno::BADF, wali::Call::waitid));
    CHECK(PidFd().try_wait().error() == Errno::BADF);
}

TEST_CASE("a PidFd sends signals, and waits for a process that is no child") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe hold = wali::Pipe::create().value();
    const PidFd child = PidFd::open(child_that_waits_for(hold, 0)).value();
    CHECK(child.send_signal(Signal::TERM));
    CHECK(child.wait_for_end());
    CHECK(child.wait_until(wali::MonotonicClock::time_point::max()).value().termination_signal() == Signal::TERM);
    CHECK(child.send_signal(Signal::TERM).error() == Errno::SRCH);

    const PidFd self = PidFd::open(wali::process::id()).value();
    CHECK(self.wait_for_end(0ms).error() == Errno::TIMEDOUT);
    CHECK(self.wait().error() == Errno::CHILD);
    CHECK(PidFd().wait_for_end().error() == Errno::BADF);
    CHECK(PidFd::open(Pid(-1)).error() == Errno::INVAL);
}

TEST_CASE("a PidFd takes another process's descriptor, where the right to trace is given") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe pipe = wali::Pipe::create().value();
    const PidFd self = PidFd::open(wali::process::id()).value();
    const auto writer = self.duplicate_descriptor(pipe.writer.fd().raw());
    if (writer.has_error()) {
        CHECK(writer.error() == Errno::PERM);
        return;
    }
    CHECK(wali::write_all(writer.value(), "x"));
    std::array<std::byte, 2> buffer;
    CHECK(pipe.reader.read(buffer).value() == 1);
    CHECK(self.duplicate_descriptor(-1).error() == Errno::BADF);
}

TEST_CASE("a PidFd is never another process that has got the same number") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe hold = wali::Pipe::create().value();
    const Pid first = child_that_waits_for(hold, 0);
    const PidFd pid_fd = PidFd::open(first).value();
    CHECK(pid_fd.send_signal(Signal::KILL));
    CHECK(pid_fd.wait());

    // A child that gets the number again: only who may restore processes can ask for one.
    const wali::i32 wanted[] = {first.raw()};
    wali::abi::clone_args arguments{};
    arguments.exit_signal = static_cast<wali::u64>(wali::abi::bits(Signal::CHLD));
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(wanted);
    arguments.set_tid_size = 1;
    const long second = wali::sys::clone3(&arguments, sizeof arguments);
    if (second == 0) {
        std::array<std::byte, 1> buffer;
        wali::sys::close(hold.writer.fd().raw());
        wali::sys::read(hold.reader.fd().raw(), buffer.data(), 1);
        wali::process::exit(6);
    }
    CHECK(pid_fd.send_signal(Signal::KILL).error() == Errno::SRCH);
    CHECK(pid_fd.wait().error() == Errno::CHILD);
    CHECK(pid_fd.wait_for_end(0ms));
    if (second < 0) return;
    CHECK(second == first.raw());
    CHECK(hold.writer.close());
    CHECK(PidFd::open(first).value().wait().value().exit_code() == 6);
}
