// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/process/credentials.hpp>
#include <wali/process/process.hpp>
#include <wali/process/process_status.hpp>
#include <wali/process/scheduling.hpp>
#include <wali/process/session.hpp>
#include <wali/process/wait.hpp>
#include <wali/signal/send.hpp>

#include "support/is_error.hpp"
#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::Pid;
using wali::ProcessState;
using wali::ProcessStatus;

namespace {

const std::string numbers = "1 2 3 0 -1 4194560 11 12 13 14 150 27 0 0 25 5 3 0 123456 8192 10 18446744073709551615";

}  // namespace

TEST_CASE("a process sees itself in /proc") {
    const test::LeavesNothing leaves_nothing;
    const ProcessStatus status = ProcessStatus::of(wali::process::id()).value();
    CHECK(status.id() == wali::process::id());
    CHECK(status.parent() == wali::process::parent_id());
    CHECK(status.group() == wali::process::process_group());
    CHECK(status.session() == wali::process::session());
    CHECK(status.state() == ProcessState::running);
    CHECK(status.threads() >= 1);
    CHECK(status.resident() > 0);
    CHECK(status.address_space() >= status.resident());
    CHECK(status.started_after_boot().count() > 0);
    CHECK(status.niceness() == wali::process::niceness().value());
    CHECK(ProcessStatus::of(Pid(0x7fffffff)).error() == Errno::NOENT);
}

TEST_CASE("a child that nobody has waited for is a zombie") {
    const test::LeavesNothing leaves_nothing;
    const Pid child = wali::process::fork().value();
    if (child == Pid(0)) wali::process::exit(0);
    CHECK(wali::process::wait(child, wali::WaitOptions::EXITED | wali::WaitOptions::NOWAIT));
    CHECK(ProcessStatus::of(child).value().state() == ProcessState::zombie);
    CHECK(wali::process::wait(child));
}

TEST_CASE("the text of a process's file is taken apart, whatever its name is") {
    const ProcessStatus status = ProcessStatus::parse("4711 (a) S (b c) T " + numbers).value();
    CHECK(status.id() == Pid(4711));
    CHECK(status.name() == "a) S (b c");
    CHECK(status.state() == ProcessState::stopped);
    CHECK(status.parent() == Pid(1));
    CHECK(status.group() == Pid(2));
    CHECK(status.session() == Pid(3));
    CHECK(status.user_time() == std::chrono::milliseconds(1500));
    CHECK(status.system_time() == std::chrono::milliseconds(270));
    CHECK(status.niceness() == 5);
    CHECK(status.threads() == 3);
    CHECK(status.started_after_boot() == std::chrono::milliseconds(1234560));
    CHECK(status.address_space() == 8192);
    CHECK(status.resident() == 40960);

    const std::string long_name(1000, ')');
    CHECK(ProcessStatus::parse("1 (" + long_name + ") R " + numbers).value().name() == long_name.substr(0, 64));
}

TEST_CASE("other texts are refused") {
    for (const std::string& text :
         {std::string(), std::string("4711"), std::string("4711 (name) S"), std::string("4711 (name) S "),
          std::string(")("), "x (name) S " + numbers, "1 (name) S x" + numbers,
          std::string("1 (name) S 1 2 3 4 5 6 7 8 9 10 9223372036854775807 1 1 1 1 1 1 1 1 1"),
          std::string("1 (name) S 1 2 3 4 5 6 7 8 9 10 -1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")})
        CHECK(ProcessStatus::parse(text).error() == Errno::INVAL);
}

TEST_CASE("niceness and scheduling are a thread's, and children's after it") {
    const test::LeavesNothing leaves_nothing;
    const Pid child = wali::process::fork().value();
    if (child == Pid(0)) {
        using wali::PriorityTarget;
        wali::process::yield();
        const int before = wali::process::niceness().value();
        const bool nicer = wali::process::set_niceness(before + 3).has_value() &&
                           wali::process::niceness(wali::process::id()).value() == before + 3 &&
                           wali::process::set_niceness(500, wali::process::thread_id()).has_value() &&
                           wali::process::niceness().value() == 19;
        const wali::Scheduling batch{.policy = wali::SchedPolicy::BATCH, .reset_on_fork = true};
        const bool scheduled = wali::process::set_scheduling(batch).has_value() &&
                               wali::process::scheduling().value() == batch &&
                               wali::process::set_scheduling({.priority = 1}).error() == Errno::INVAL;
        const bool found =
            wali::process::niceness(PriorityTarget::group(Pid(0))).has_value() &&
            wali::process::niceness(wali::Uid(static_cast<wali::u32>(wali::sys::getuid()))).has_value() &&
            wali::process::niceness(Pid(0x7fffffff)).error() == Errno::SRCH &&
            wali::process::scheduling(wali::Tid(0x7fffffff)).error() == Errno::SRCH;
        wali::process::exit(nicer && scheduled && found ? 0 : 1);
    }
    CHECK(wali::process::wait(child).value().status.success());
}

TEST_CASE("the niceness of root's processes is not that of one's own") {
    const test::LeavesNothing leaves_nothing;
    const Pid child = wali::process::fork().value();
    if (child == Pid(0)) {
        const wali::PriorityTarget root = wali::Uid(0);
        if (wali::process::user_id() == wali::Uid(0) &&
            !(wali::process::niceness(root) && wali::process::become(wali::Uid(65534), wali::Gid(65534))))
            wali::process::exit(1);
        const int before = wali::process::niceness().value();
        const bool refused =
            test::is_error(wali::process::niceness(root), Errno::INVAL, wali::Call::getpriority) &&
            test::is_error(wali::process::set_niceness(19, root), Errno::INVAL, wali::Call::setpriority);
        wali::process::exit(refused && wali::process::niceness().value() == before ? 0 : 2);
    }
    CHECK(wali::process::wait(child).value().status.success());
}
