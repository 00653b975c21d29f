// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>

#include <doctest/doctest.h>

#include <wali/process/process.hpp>
#include <wali/signal/alternate_stack.hpp>
#include <wali/signal/scoped_handler.hpp>
#include <wali/signal/scoped_mask.hpp>
#include <wali/signal/send.hpp>
#include <wali/signal/signal_info.hpp>
#include <wali/signal/wait.hpp>

#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::ScopedSignalHandler;
using wali::ScopedSignalMask;
using wali::Signal;
using wali::SignalCode;
using wali::SignalInfo;

namespace {

std::atomic<int> first_handled = 0;
std::atomic<int> second_handled = 0;
std::atomic<std::uintptr_t> value = 0;
std::atomic<std::uintptr_t> place = 0;

void count_first(int) noexcept { ++first_handled; }
void count_second(int) noexcept { ++second_handled; }
// With a sanitizer, variables whose addresses are taken would not be on the stack.
[[gnu::no_sanitize("address")]] void remember(int, const SignalInfo* info, void*) noexcept {
    value = info->value().value_or(0);
    place = reinterpret_cast<std::uintptr_t>(&info);
}

}  // namespace

TEST_CASE("a handler ends with its object, and the one before comes back") {
    first_handled = 0;
    second_handled = 0;
    {
        const auto first = ScopedSignalHandler::set(Signal::USR1, count_first).value();
        {
            auto second = ScopedSignalHandler::set(Signal::USR1, count_second).value();
            CHECK(wali::signal::raise(Signal::USR1));
            const auto moved = std::move(second);
            CHECK(wali::signal::raise(Signal::USR1));
        }
        CHECK(wali::signal::raise(Signal::USR1));
        const auto ignored = ScopedSignalHandler::ignore(Signal::USR1).value();
        CHECK(wali::signal::raise(Signal::USR1));
    }
    CHECK(first_handled == 1);
    CHECK(second_handled == 2);
    CHECK(ScopedSignalHandler::set(Signal::KILL, count_first).error() == Errno::INVAL);
}

TEST_CASE("a mask ends with its object") {
    first_handled = 0;
    const auto handler = ScopedSignalHandler::set(Signal::USR1, count_first).value();
    {
        auto blocked = ScopedSignalMask::block({Signal::USR1}).value();
        CHECK_FALSE(blocked.before().contains(Signal::USR1));
        const auto moved = std::move(blocked);
        CHECK(wali::signal::raise(Signal::USR1));
        CHECK(wali::signal::pending().contains(Signal::USR1));
        CHECK(first_handled == 0);
        {
            const auto through = ScopedSignalMask::unblock({Signal::USR1}).value();
            CHECK(first_handled == 1);
        }
        CHECK(wali::signal::raise(Signal::USR1));
        CHECK(first_handled == 1);
    }
    CHECK(first_handled == 2);
    CHECK(wali::signal::pending() == wali::SignalSet());
}

TEST_CASE("a queued signal brings its value to a handler and to who waits") {
    const Signal signal = wali::signal::real_time(1);
    const wali::Pid self = wali::process::id();
    {
        const auto handler = ScopedSignalHandler::set(signal, remember).value();
        CHECK(wali::signal::queue(self, signal, 4711));
        CHECK(value == 4711);
    }
    const auto blocked = ScopedSignalMask::block({signal, Signal::USR1}).value();
    CHECK(wali::signal::queue(self, signal, 1));
    CHECK(wali::signal::queue(self, signal, 2));
    const SignalInfo first = wali::signal::wait({signal}).value();
    CHECK(first.signal() == signal);
    CHECK(first.code() == SignalCode::QUEUE);
    CHECK(first.value() == 1);
    CHECK(first.sender() == self);
    CHECK(first.sender_user().has_value());
    CHECK_FALSE(first.child_status());
    CHECK_FALSE(first.fault_address());
    CHECK_FALSE(first.descriptor());
    CHECK_FALSE(first.system_call());
    CHECK(wali::signal::wait({signal}, wali::forever()).value().value() == 2);
    CHECK(wali::signal::wait({signal}, wali::Duration(0)).error() ==
          wali::Error(Errno::TIMEDOUT, wali::Call::rt_sigtimedwait));
    CHECK(wali::signal::send_to_thread(wali::process::thread_id(), Signal::USR1));
    const SignalInfo sent = wali::signal::wait({Signal::USR1}).value();
    CHECK(sent.code() == SignalCode::TKILL);
    CHECK_FALSE(sent.value());
    CHECK(wali::signal::queue(wali::Pid(0x7fffffff), signal, 1).error() == Errno::SRCH);
}

TEST_CASE("a signal of the kernel's without a code of its kind has no members of the kind") {
    for (const Signal signal : {Signal::IO, Signal::CHLD, Signal::SEGV, Signal::SYS}) {
        SignalInfo info;
        info.out()->signo = wali::abi::bits(signal);
        info.out()->code = wali::abi::bits(SignalCode::KERNEL);
        CHECK_FALSE(info.descriptor());
        CHECK_FALSE(info.child_status());
        CHECK_FALSE(info.sender());
        CHECK_FALSE(info.fault_address());
        CHECK_FALSE(info.system_call());
    }
}

TEST_CASE("the end of a child is told to who waits for signals") {
    const test::LeavesNothing leaves_nothing;
    const auto blocked = ScopedSignalMask::block({Signal::CHLD}).value();
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(8);
    const SignalInfo info = wali::signal::wait({Signal::CHLD}).value();
    CHECK(info.sender() == child);
    CHECK(info.child_status()->exit_code() == 8);
    CHECK_FALSE(info.value());
    CHECK(wali::sys::wait4(child.raw(), nullptr, 0, nullptr) == child.raw());
}

TEST_CASE("suspend lets a signal through only while it waits") {
    first_handled = 0;
    const auto handler = ScopedSignalHandler::set(Signal::USR2, count_first).value();
    const auto blocked = ScopedSignalMask::block({Signal::USR2}).value();
    CHECK(wali::signal::raise(Signal::USR2));
    CHECK(first_handled == 0);
    wali::signal::suspend(blocked.before());
    CHECK(first_handled == 1);
    CHECK(wali::signal::raise(Signal::USR2));
    CHECK(first_handled == 1);
    CHECK(wali::signal::wait({Signal::USR2}));
}

TEST_CASE("a handler that asks for it runs on the alternate stack, as long as that is there") {
    alignas(16) static std::array<std::byte, 65536> memory;
    const auto first = reinterpret_cast<std::uintptr_t>(memory.data());
    const auto inside = [&] { return place >= first && place < first + memory.size(); };
    const auto handler =
        ScopedSignalHandler::set(Signal::USR1, remember, {.flags = wali::SigactionFlags::ONSTACK}).value();
    {
        auto stack = wali::AlternateStack::use(memory).value();
        const auto moved = std::move(stack);
        CHECK(wali::signal::raise(Signal::USR1));
        CHECK(inside());
    }
    CHECK(wali::signal::raise(Signal::USR1));
    CHECK_FALSE(inside());
    CHECK(wali::AlternateStack::use(std::span(memory).first(16)).error() == Errno::NOMEM);
}
