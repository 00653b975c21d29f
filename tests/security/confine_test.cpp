// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/prctl.hpp>
#include <wali/security/confine.hpp>
#include <wali/uring/io_uring.hpp>

#include "in_child.hpp"
#include "support/leaves_nothing.hpp"
#include "support/temporary_directory.hpp"

using wali::Call;
using wali::Capability;
using wali::CapabilitySet;
using wali::Errno;
using wali::File;
using wali::security::confine;
using wali::security::read_files;

TEST_CASE("a process that is confined keeps what was said and no more") {
    const test::LeavesNothing leaves_nothing;
    const test::TemporaryDirectory inside;
    const test::TemporaryDirectory outside;
    REQUIRE(File::create(inside.path("f")));
    REQUIRE(File::create(outside.path("f")));
    CHECK(test::in_child([&] {
        const wali::SeccompRule rules[] = {
            wali::SeccompRule::fail(Call::socket, Errno::DOM, wali::security::int_argument(0) == 1)};
        const auto done =
            confine({.paths = {{inside.path(""), read_files()}},
                     .calls = wali::SeccompPolicy{.rules = rules, .otherwise = wali::SeccompAction::allow()},
                     .best_effort = true});
        if (!HOLDS(done.has_value())) return false;
        const bool has_files = done.value().landlock.files == wali::LandlockAccessFs();
        const auto left = wali::security::capabilities().value();
        return HOLDS(left == wali::Capabilities()) && HOLDS(wali::process::has_no_new_privileges().value()) &&
               HOLDS(File::open(inside.path("f")).has_value()) &&
               HOLDS(!has_files || File::open(outside.path("f")).error() == Errno::ACCES) &&
               HOLDS(wali::Socket::create(wali::AddressFamily::UNIX, wali::SocketType::STREAM).error() == Errno::DOM) &&
               HOLDS(wali::Socket::create(wali::AddressFamily::INET, wali::SocketType::STREAM).has_value());
    }));
}

TEST_CASE("root that confines itself becomes another user, with the capabilities that it keeps") {
    const test::LeavesNothing leaves_nothing;
    if (!test::is_root()) return;
    for (const CapabilitySet kept : {CapabilitySet(), CapabilitySet{Capability::NET_BIND_SERVICE}}) {
        CHECK(test::in_child([&] {
            const std::vector<wali::Gid> groups{wali::Gid(65531), wali::Gid(65532)};
            const auto done = confine({.paths = {{"/", read_files()}},
                                       .capabilities = kept,
                                       .user = wali::NewUser{wali::Uid(65534), wali::Gid(65533), groups},
                                       .best_effort = true});
            constexpr wali::Uid root(0);
            constexpr wali::Uid user(65534);
            return HOLDS(done.has_value()) && HOLDS(wali::process::user_ids() == wali::UserIds{user, user, user}) &&
                   HOLDS(wali::process::group_id() == wali::Gid(65533)) &&
                   HOLDS(wali::security::capabilities().value() == wali::Capabilities{kept, kept, {}}) &&
                   HOLDS(wali::security::bounding_set().value() == kept) &&
                   HOLDS(wali::process::set_user_ids({root, root, root}).error() == Errno::PERM);
        }));
    }
}

TEST_CASE("confine refuses where other threads would stay as they are") {
    const test::LeavesNothing leaves_nothing;
    CHECK(test::in_child([] {
        std::atomic<bool> ends = false;
        std::thread other([&] {
            while (!ends) std::this_thread::yield();
        });
        const auto done = confine({.best_effort = true});
        ends = true;
        other.join();
        return HOLDS(done.error() == wali::Error(Errno::BUSY, Call::unshare)) && HOLDS(File::open("/").has_value());
    }));
    CHECK(test::in_child([] {  // a ring's workers are threads, too
        const wali::Pipe from = wali::Pipe::create().value();
        const wali::Pipe to = wali::Pipe::create().value();
        wali::IoUring ring = wali::IoUring::create().value();
        return HOLDS(confine({.best_effort = true}).has_value()) &&
               HOLDS(ring.splice(from.reader, to.writer, 1, {}).has_value()) && HOLDS(ring.submit().has_value()) &&
               HOLDS(confine({.best_effort = true}).error() == Errno::BUSY);
    }));
    CHECK(test::in_child([] {
        return HOLDS(confine({.paths = {{"/nonexistent", read_files()}}}).error() == Errno::NOENT) &&
               HOLDS(File::open("/").has_value());  // nothing is done yet
    }));
}
