// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/leaves_nothing.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/command.hpp>
#include <wali/system/id_map.hpp>
#include <wali/system/namespace.hpp>
#include <wali/system/system_name.hpp>

using wali::Call;
using wali::Errno;
using wali::Namespace;
using wali::Namespaces;
using wali::Pid;

TEST_CASE("a Namespace is of one kind, and equal however it was found") {
    const test::LeavesNothing leaves_nothing;
    for (const Namespaces kind : {Namespaces::CGROUP, Namespaces::IPC, Namespaces::MOUNT, Namespaces::NET,
                                  Namespaces::PID, Namespaces::USER, Namespaces::UTS}) {
        const Namespace own = Namespace::own(kind).value();
        CHECK(own.kind().value() == kind);
        CHECK(own.is_same(Namespace::of(wali::process::id(), kind).value()).value());
    }
    const Namespace network = Namespace::own(Namespaces::NET).value();
    CHECK_FALSE(network.is_same(Namespace::own(Namespaces::UTS).value()).value());
    CHECK(network.owner().value().is_same(Namespace::own(Namespaces::USER).value()).value());
    CHECK(Namespace::own(Namespaces{}).error() == wali::Error(Errno::INVAL, Call::openat));
    CHECK(Namespace::own(Namespaces::NET | Namespaces::UTS).error() == wali::Error(Errno::INVAL, Call::openat));
    CHECK(Namespace::of(Pid(0x7fffffff), Namespaces::NET).error() == wali::Error(Errno::NOENT, Call::openat));
    CHECK(network.parent().error() == wali::Error(Errno::INVAL, Call::ioctl));
    CHECK(network.owner_user().error() == wali::Error(Errno::INVAL, Call::ioctl));
    CHECK(Namespace().is_same(network).error() == wali::Error(Errno::BADF, Call::fstat));

    const wali::PidFd self = wali::PidFd::open(wali::process::id()).value();
    const auto by_descriptor = Namespace::of(self, Namespaces::NET);
    if (by_descriptor.has_error() && by_descriptor.error() == Errno::NOTTY)
        MESSAGE("this kernel is older than 6.11: namespaces of a PidFd were not asked for");
    else
        CHECK(by_descriptor.value().is_same(network).value());
}

TEST_CASE("what is unshared is one's own, and can be left and entered again") {
    const Namespace outer = Namespace::own(Namespaces::USER).value();
    test::in_own_namespaces(Namespaces::UTS, [&]() -> wali::result<bool> {
        WALI_TRY(const Namespace user, Namespace::own(Namespaces::USER));
        WALI_TRY(const Namespace first, Namespace::own(Namespaces::UTS));
        WALI_TRY(const Namespace owner, first.owner());
        WALI_TRY(const wali::Uid maker, user.owner_user());
        if (!WALI_TRY_VALUE(owner.is_same(user)) || WALI_TRY_VALUE(outer.is_same(user)) || maker != wali::Uid(0))
            return false;
        WALI_TRY(wali::system::set_host_name("first"));
        WALI_TRY(wali::system::unshare(Namespaces::UTS));
        WALI_TRY(wali::system::set_host_name("second"));
        WALI_TRY(first.enter());
        WALI_TRY(const wali::SystemName name, wali::system::name());
        return name.host() == "first" && user.parent().has_error() && user.parent().error() == Errno::PERM;
    });
}

TEST_CASE("the namespaces of another process are entered by its descriptor") {
    test::in_own_namespaces(Namespaces::UTS, []() -> wali::result<bool> {
        WALI_TRY(wali::Pipe named, wali::Pipe::create());
        WALI_TRY(wali::Pipe left, wali::Pipe::create());
        WALI_TRY(const Pid child, wali::process::fork());
        std::array<std::byte, 1> byte{};
        if (child == Pid(0)) {
            (void)left.writer.close();
            const bool done = wali::system::unshare(Namespaces::UTS) && wali::system::set_host_name("inner");
            (void)named.writer.write_all(byte);
            (void)left.reader.read(byte);
            wali::process::exit(done ? 0 : 1);
        }
        (void)left.reader.close();
        WALI_TRY(const wali::PidFd process, wali::PidFd::open(child));
        WALI_TRY(named.reader.read_all(byte));
        WALI_TRY(wali::system::enter(process, Namespaces::UTS));
        WALI_TRY(const wali::SystemName name, wali::system::name());
        WALI_TRY(left.writer.close());
        WALI_TRY(const wali::WaitStatus status, process.wait());
        return status.success() && name.host() == "inner";
    });
}

TEST_CASE("ids are mapped once, within what the kernel takes") {
    test::in_own_namespaces({}, []() -> wali::result<bool> {
        const wali::IdRange again[] = {{0, 0, 1}};
        const auto twice = wali::system::map_users(Pid(0), again);
        const auto late = wali::system::deny_set_groups(Pid(0));
        const std::vector<wali::IdRange> many(400, {4'000'000'000, 4'000'000'000, 1});
        const auto too_many = wali::system::map_groups(Pid(0), many);
        WALI_TRY(const std::string map, wali::fs::read_file<std::string>("/proc/self/uid_map", 1000));
        return twice.has_error() && twice.error() == wali::Error(Errno::PERM, Call::write) && late.has_error() &&
               late.error() == wali::Error(Errno::PERM, Call::write) && too_many.has_error() &&
               too_many.error() == wali::Error(Errno::INVAL, Call::write) && map.starts_with("         0 ") &&
               wali::process::effective_user_id() == wali::Uid(0);
    });
    CHECK(wali::system::map_users(Pid(0x7fffffff), {}).error() == wali::Error(Errno::NOENT, Call::openat));
}

TEST_CASE("a Command starts a child in namespaces of its own") {
    const test::LeavesNothing leaves_nothing;
    std::array<char, 256> output;
    std::array<char, 256> error;
    wali::Command command{.arguments = {"sh", "-c", "id -u; id -g; echo $$; hostname inside; hostname"},
                          .parent_death_signal = wali::Signal::KILL,
                          .namespaces = Namespaces::USER | Namespaces::PID | Namespaces::UTS,
                          .user_inside = wali::Uid(0),
                          .group_inside = wali::Gid(0)};
    const auto captured = command.capture(output, error);
    if (captured.has_error() && (captured.error() == Errno::PERM || captured.error() == Errno::NOSPC)) {
        MESSAGE("no user namespaces are allowed here: the case was not run");
        return;
    }
    CHECK(wali::as_text(captured.value().error) == "");
    CHECK(wali::as_text(captured.value().output) == "0\n0\n1\ninside\n");
    CHECK(wali::system::name().value().host() != "inside");

    command.arguments = {"id", "-u"};
    command.user_inside.reset();
    command.group_inside.reset();
    CHECK(wali::as_text(command.capture(output, error).value().output) == "65534\n");

    command.namespaces = Namespaces::TIME;
    CHECK(command.start().error() == wali::Error(Errno::INVAL, Call::clone));
    command.namespaces = {};
    command.user_inside = wali::Uid(0);
    CHECK(command.start().error() == wali::Error(Errno::PERM, Call::write));
}
