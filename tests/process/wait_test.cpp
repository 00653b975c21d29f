// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <wali/event/pid_fd.hpp>
#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/exec.hpp>
#include <wali/process/prctl.hpp>
#include <wali/process/process.hpp>
#include <wali/process/resource_usage.hpp>
#include <wali/process/session.hpp>
#include <wali/process/wait.hpp>

#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::Pid;
using wali::Signal;
using wali::WaitOptions;
using wali::WaitTarget;

namespace {

template <class Function>
Pid child_that(Function function) {
    const Pid child = wali::process::fork().value();
    if (child == Pid(0)) {
        function();
        wali::process::exit(0);
    }
    return child;
}

}  // namespace

TEST_CASE("stops, continuations and ends of a child are waited for") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe pipe = wali::Pipe::create().value();
    const Pid child = child_that([&] {
        std::array<std::byte, 1> buffer;
        (void)pipe.writer.close();
        wali::sys::kill(static_cast<int>(wali::sys::getpid()), 19);
        // Once it has ended, nobody is told that it was continued.
        (void)pipe.reader.read(buffer);
    });
    const auto stopped = wali::process::wait(child, WaitOptions::STOPPED).value();
    CHECK(stopped.child == child);
    CHECK(stopped.status.stop_signal() == Signal::STOP);
    CHECK_FALSE(wali::process::try_wait(child).value());
    CHECK(wali::process::send_signal(child, Signal::CONT));
    CHECK(wali::process::wait(child, WaitOptions::CONTINUED).value().status.continued());
    CHECK(pipe.writer.close());
    const auto ended = wali::process::wait(child, WaitOptions::EXITED | WaitOptions::NOWAIT).value();
    CHECK(ended.status.success());
    const auto again = wali::process::try_wait(WaitTarget::any()).value();
    CHECK(again->child == child);
    CHECK(again->user.raw() == static_cast<wali::u32>(wali::sys::getuid()));
    CHECK(wali::process::wait(child).error() == Errno::CHILD);
    CHECK(wali::process::wait(child, WaitOptions::NOWAIT).error() == Errno::INVAL);
}

TEST_CASE("children are waited for by group and by descriptor") {
    const test::LeavesNothing leaves_nothing;
    const Pid first = child_that([] {});
    CHECK(wali::process::wait(WaitTarget::group(wali::process::process_group())).value().child == first);
    const Pid second = child_that([] { wali::process::exit(4); });
    const wali::PidFd pid_fd = wali::PidFd::open(second).value();
    CHECK(wali::process::wait(wali::BorrowedFd(pid_fd), WaitOptions::EXITED | WaitOptions::NOWAIT));
    CHECK(wali::process::wait(pid_fd).value().status.exit_code() == 4);
    CHECK(wali::process::try_wait(pid_fd).error() == Errno::CHILD);
}

TEST_CASE("what a child has used comes with its end") {
    const test::LeavesNothing leaves_nothing;
    const wali::ResourceUsage before = wali::process::children_resource_usage();
    const Pid child = child_that([] {
        const wali::ResourceUsage self = wali::process::resource_usage();
        while (wali::process::resource_usage().user_time() + wali::process::resource_usage().system_time() <
               self.user_time() + self.system_time() + std::chrono::milliseconds(2)) {
        }
    });
    const wali::ResourceUsage used = wali::process::wait(child).value().usage;
    CHECK(used.user_time() + used.system_time() >= std::chrono::milliseconds(1));
    CHECK(used.max_resident() > 0);
    CHECK(wali::process::children_resource_usage().minor_faults() > before.minor_faults());
    CHECK(wali::process::thread_resource_usage().max_resident() > 0);
    CHECK(wali::ResourceUsage().raw().ru_nvcsw == 0);
}

TEST_CASE("a process becomes another program, by path and by descriptor") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe pipe = wali::Pipe::create().value();
    wali::Environment environment;
    environment.set("VARIABLE", "value");
    const wali::CStrings arguments{"sh", "-c", "echo $VARIABLE $0"};
    const wali::File shell = wali::File::open("/bin/sh").value();
    for (const bool by_path : {true, false}) {
        const Pid child = child_that([&] {
            wali::sys::dup3(pipe.writer.fd().raw(), 1, 0);
            (void)(by_path ? wali::process::exec("/bin/sh", arguments, environment)
                           : wali::process::exec(shell, arguments, environment));
            wali::process::exit(1);
        });
        CHECK(wali::process::wait(child).value().status.success());
    }
    std::array<char, 64> text;
    const wali::usize size = pipe.reader.read(text).value();
    CHECK(std::string(text.data(), size) == "value sh\nvalue sh\n");

    CHECK(wali::process::exec("/no/such/program", arguments, environment) ==
          wali::Error(Errno::NOENT, wali::Call::execve));
    CHECK(wali::process::exec("/bin/sh", wali::CStrings{std::string_view("\0", 1)}, environment) == Errno::INVAL);
    CHECK(wali::process::exec(pipe.reader, arguments, environment) == Errno::ACCES);
}

TEST_CASE("a subreaper is the next parent of an orphan") {
    const test::LeavesNothing leaves_nothing;
    CHECK(wali::process::set_child_subreaper(true));
    CHECK(wali::process::is_child_subreaper().value());
    wali::Pipe pipe = wali::Pipe::create().value();
    const Pid child = child_that([&] {
        const Pid orphan = child_that([&] {
            std::array<std::byte, 1> buffer;
            (void)pipe.writer.close();
            (void)pipe.reader.read(buffer);
            wali::process::exit(3);
        });
        (void)orphan;
    });
    CHECK(wali::process::wait(child).value().status.success());
    CHECK(pipe.writer.close());
    CHECK(wali::process::wait(WaitTarget::any()).value().status.exit_code() == 3);
    CHECK(wali::process::set_child_subreaper(false));
    CHECK_FALSE(wali::process::is_child_subreaper().value());
}

TEST_CASE("what is set for the parent's end and for rights is a process's own") {
    const test::LeavesNothing leaves_nothing;
    CHECK_FALSE(wali::process::parent_death_signal().value());
    const Pid child = child_that([] {
        const bool set = wali::process::set_parent_death_signal(Signal::TERM).has_value() &&
                         wali::process::parent_death_signal().value() == Signal::TERM &&
                         wali::process::set_parent_death_signal({}).has_value() &&
                         !wali::process::parent_death_signal().value() &&
                         wali::process::set_no_new_privileges().has_value();
        wali::process::exit(set ? 0 : 1);
    });
    CHECK(wali::process::wait(child).value().status.success());
    CHECK(wali::process::set_parent_death_signal(static_cast<Signal>(99)).error() == Errno::INVAL);
}

TEST_CASE("groups and sessions begin with their first process") {
    const test::LeavesNothing leaves_nothing;
    wali::Pipe hold = wali::Pipe::create().value();
    const Pid child = child_that([&] {
        std::array<std::byte, 1> buffer;
        const Pid self = wali::process::id();
        (void)hold.writer.close();
        (void)hold.reader.read(buffer);
        const bool right = wali::process::process_group() == self && wali::process::session() != self &&
                           wali::process::begin_session().error() == Errno::PERM;
        wali::process::exit(right ? 0 : 1);
    });
    CHECK(wali::process::set_process_group(child, child));
    CHECK(wali::process::process_group_of(child).value() == child);
    CHECK(wali::process::set_process_group(child, Pid(-1)).error() == Errno::INVAL);
    CHECK(hold.writer.close());
    CHECK(wali::process::wait(child).value().status.success());

    const Pid leader = child_that([] {
        const bool right = wali::process::begin_session().value() == wali::process::id() &&
                           wali::process::session() == wali::process::id();
        (void)wali::process::send_signal_to_group(wali::process::id(), right ? Signal::KILL : Signal::USR1);
    });
    CHECK(wali::process::wait(leader).value().status.termination_signal() == Signal::KILL);
    CHECK(wali::process::send_signal_to_group(Pid(1), Signal::KILL).error() == Errno::INVAL);
    CHECK(wali::process::process_group_of(Pid(0x7fffffff)).error() == Errno::SRCH);
}
