// SPDX-License-Identifier: BSL-1.0
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/process/credentials.hpp>
#include <wali/process/process.hpp>
#include <wali/process/user.hpp>
#include <wali/process/wait.hpp>

#include "support/leaves_nothing.hpp"

using wali::Errno;
using wali::Gid;
using wali::Uid;

TEST_CASE("ids are those that the C library knows") {
    CHECK(wali::process::user_id() == Uid(getuid()));
    CHECK(wali::process::effective_user_id() == Uid(geteuid()));
    CHECK(wali::process::group_id() == Gid(getgid()));
    CHECK(wali::process::effective_group_id() == Gid(getegid()));
    CHECK(wali::process::user_ids().real == wali::process::user_id());
    CHECK(wali::process::group_ids().effective == wali::process::effective_group_id());
    std::vector<Gid> groups(65536, Gid(0));
    const int count = getgroups(0, nullptr);
    CHECK(wali::process::supplementary_groups(groups).value().size() == static_cast<std::size_t>(count));
    if (count > 0) CHECK(wali::process::supplementary_groups({}).error() == Errno::INVAL);
}

TEST_CASE("becoming another user is for all threads and for good") {
    const test::LeavesNothing leaves_nothing;
    CHECK(wali::process::become(Uid(~0U), Gid(0)).error() == wali::Error(Errno::INVAL, wali::Call::setresuid));
    CHECK(wali::process::become(Uid(0), Gid(~0U)).error() == wali::Error(Errno::INVAL, wali::Call::setresgid));
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        if (geteuid() != 0) wali::process::exit(wali::process::become(Uid(0), Gid(0)).error() == Errno::PERM ? 0 : 1);
        std::atomic<int> step = 0;
        Uid seen(0);
        std::thread other([&] {
            ++step;
            while (step != 2) std::this_thread::yield();
            seen = wali::process::user_id();
        });
        while (step != 1) std::this_thread::yield();
        const Gid groups[] = {Gid(65532)};
        const bool became = wali::process::become(Uid(65534), Gid(65533), groups).has_value();
        ++step;
        other.join();
        std::array<Gid, 2> found{Gid(0), Gid(0)};
        const auto left = wali::process::supplementary_groups(found);
        const bool right = became && seen == Uid(65534) &&
                           wali::process::user_ids() == wali::UserIds{Uid(65534), Uid(65534), Uid(65534)} &&
                           wali::process::group_ids() == wali::GroupIds{Gid(65533), Gid(65533), Gid(65533)} &&
                           left.value().size() == 1 && left.value()[0] == Gid(65532) &&
                           wali::process::set_user_ids({Uid(0), Uid(0), Uid(0)}).error() == Errno::PERM &&
                           wali::process::set_group_ids({Gid(0), Gid(0), Gid(0)}).error() == Errno::PERM &&
                           wali::process::set_supplementary_groups({}).error() == Errno::PERM;
        wali::process::exit(right ? 0 : 1);
    }
    CHECK(wali::process::wait(child).value().status.success());
}

TEST_CASE("the id of no one is refused, and does not stand for what is there") {
    const wali::UserIds users = wali::process::user_ids();
    const wali::GroupIds groups = wali::process::group_ids();
    for (wali::Uid wali::UserIds::* const id :
         {&wali::UserIds::real, &wali::UserIds::effective, &wali::UserIds::saved}) {
        wali::UserIds ids = users;
        ids.*id = Uid(~0U);
        CHECK(wali::process::set_user_ids(ids).error() == wali::Error(Errno::INVAL, wali::Call::setresuid));
    }
    for (wali::Gid wali::GroupIds::* const id :
         {&wali::GroupIds::real, &wali::GroupIds::effective, &wali::GroupIds::saved}) {
        wali::GroupIds ids = groups;
        ids.*id = Gid(~0U);
        CHECK(wali::process::set_group_ids(ids).error() == wali::Error(Errno::INVAL, wali::Call::setresgid));
    }
    CHECK(wali::process::set_user_ids(users));
    CHECK(wali::process::set_group_ids(groups));
}

TEST_CASE("users and groups are found by name and by number") {
    const test::LeavesNothing leaves_nothing;
    std::array<char, 16384> buffer;
    const auto root = wali::process::find_user("root", buffer).value();
    REQUIRE(root);
    CHECK(root->id == Uid(0));
    CHECK(root->group == Gid(0));
    CHECK(root->name == "root");
    CHECK(root->shell.starts_with("/"));
    CHECK(std::string(wali::process::find_user(Uid(0), buffer).value()->home) == "/root");
    CHECK_FALSE(wali::process::find_user("no such user", buffer).value());
    CHECK(wali::process::find_user(Uid(0), std::span(buffer).first(1)).error() == Errno::RANGE);

    CHECK(wali::process::find_group("root", buffer).value()->id == Gid(0));
    CHECK(wali::process::find_group(Gid(0), buffer).value()->name == "root");
    CHECK_FALSE(wali::process::find_group("no such group", buffer).value());
    CHECK(wali::process::find_group("root", std::span(buffer).first(1)).error() == Errno::RANGE);

    std::array<Gid, 2> groups{Gid(1), Gid(1)};
    CHECK(wali::process::groups_of("no such user", Gid(77), groups).value().size() == 1);
    CHECK(groups[0] == Gid(77));
    CHECK(wali::process::groups_of("root", Gid(0), {}).error() == Errno::RANGE);
}
