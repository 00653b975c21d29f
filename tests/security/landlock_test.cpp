// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/prctl.hpp>
#include <wali/security/capabilities.hpp>
#include <wali/security/landlock.hpp>

#include "in_child.hpp"
#include "support/leaves_nothing.hpp"
#include "support/temporary_directory.hpp"

using wali::Errno;
using wali::File;
using wali::LandlockAccessFs;
using wali::LandlockAccessNet;
using wali::LandlockRights;
using wali::LandlockRuleset;
using wali::OpenFlags;
using wali::security::read_files;
using wali::security::write_files;

namespace {

bool has_landlock() { return wali::security::landlock_version() > 0; }

/// A folder that may be read, with the file "f", and one beside it.
struct Tree {
    test::TemporaryDirectory inside;
    test::TemporaryDirectory outside;
    Tree() {
        REQUIRE(File::create(inside.path("f")));
        REQUIRE(File::create(outside.path("f")));
    }
};

bool enforced(const LandlockRuleset& rules) {
    return wali::process::set_no_new_privileges().has_value() && rules.enforce().has_value();
}

bool denied(const wali::result<File>& opened) { return opened.has_error() && opened.error() == Errno::ACCES; }

}  // namespace

TEST_CASE("rights of Landlock are those of its versions") {
    CHECK(LandlockRights::of_version(0).empty());
    CHECK(LandlockRights::of_version(99) == LandlockRights::all());
    for (int version = 1; version <= 6; ++version) {
        const LandlockRights added = LandlockRights::of_version(version) - LandlockRights::of_version(version - 1);
        CHECK_FALSE(added.empty());
        CHECK((added & LandlockRights::of_version(version - 1)).empty());
    }
    CHECK(LandlockRights::of_version(3).ports == LandlockAccessNet());
    CHECK(wali::abi::bits(LandlockRights::all().files) == 0xffff);
}

TEST_CASE("a ruleset allows what its rules say and denies one step outside of each") {
    const test::LeavesNothing leaves_nothing;
    if (!has_landlock()) return;
    const Tree tree;
    CHECK(test::in_child([&] {
        const auto rules = LandlockRuleset::create({.best_effort = true}).value();
        bool right = HOLDS(rules.allow_path(tree.inside.path(""), read_files()).has_value()) &&
                     HOLDS(rules.allow_path(tree.inside.path("none"), read_files()).error() == Errno::NOENT) &&
                     HOLDS(enforced(rules));
        right = right && HOLDS(File::open(tree.inside.path("f")).has_value()) &&
                HOLDS(denied(File::open(tree.inside.path("f"), OpenFlags::WRONLY))) &&
                HOLDS(denied(File::create(tree.inside.path("new")))) &&
                HOLDS(denied(File::open(tree.outside.path("f")))) &&
                HOLDS(wali::fs::unlink(tree.inside.path("f")).error() == Errno::ACCES);
        return right;
    }));
    // A file gets of these rights what files have.
    CHECK(test::in_child([&] {
        const auto rules = LandlockRuleset::create({.best_effort = true}).value();
        return HOLDS(rules.allow_path(tree.inside.path("f"), read_files() | write_files()).has_value()) &&
               HOLDS(enforced(rules)) && HOLDS(File::open(tree.inside.path("f"), OpenFlags::RDWR).has_value()) &&
               HOLDS(denied(File::open(tree.inside.path(""))));
    }));
}

TEST_CASE("threads, children and programs inherit a ruleset, and a second one only narrows it") {
    const test::LeavesNothing leaves_nothing;
    if (!has_landlock()) return;
    const Tree tree;
    CHECK(test::in_child([&] {
        const auto wide = LandlockRuleset::create({.best_effort = true}).value();
        const auto narrow = LandlockRuleset::create({.best_effort = true}).value();
        const auto everything = LandlockRuleset::create({.best_effort = true}).value();
        if (!HOLDS(wide.allow_path("/", read_files() | wali::security::execute_files()).has_value()) ||
            !HOLDS(everything.allow_path("/", LandlockRights::of_version(1).files).has_value()))
            return false;
        if (!HOLDS(enforced(wide)) || !HOLDS(File::open(tree.inside.path("f")).has_value())) return false;
        bool in_thread = false;
        std::thread([&] { in_thread = denied(File::create(tree.inside.path("new"))); }).join();
        bool right =
            HOLDS(in_thread) && HOLDS(test::in_child([&] { return denied(File::create(tree.inside.path("new"))); }));
        right = right && HOLDS(test::shell("cat /dev/null").success()) &&
                HOLDS(!test::shell(("exec 2>&-; echo > " + tree.inside.path("new")).c_str()).success());
        if (!HOLDS(enforced(everything)) || !HOLDS(denied(File::create(tree.inside.path("new"))))) return false;
        return right && HOLDS(enforced(narrow)) && HOLDS(denied(File::open(tree.inside.path("f"))));
    }));
}

TEST_CASE("a ruleset allows TCP ports by number, and keeps signals inside") {
    const test::LeavesNothing leaves_nothing;
    if (wali::security::landlock_version() < 6) return;
    const auto open = wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).value();
    const auto closed = wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).value();
    const wali::SocketAddress allowed = open.local_address().value();
    const wali::SocketAddress other = closed.local_address().value();
    CHECK(test::in_child([&] {
        const auto rules = LandlockRuleset::create().value();
        if (!HOLDS(rules.left_out().empty()) ||
            !HOLDS(rules.allow_port(allowed.port(), LandlockAccessNet::CONNECT_TCP).has_value()) ||
            !HOLDS(enforced(rules)))
            return false;
        const wali::Pid parent = wali::process::parent_id();
        return HOLDS(wali::Socket::connect_to(allowed).has_value()) &&
               HOLDS(wali::Socket::connect_to(other).error() == Errno::ACCES) &&
               HOLDS(wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).error() == Errno::ACCES) &&
               HOLDS(wali::process::send_signal(parent, wali::Signal::CONT).error() == Errno::PERM) &&
               HOLDS(wali::process::send_signal(wali::process::id(), wali::Signal::CONT).has_value());
    }));
}

TEST_CASE("what a kernel lacks is an error, or reported with best effort") {
    const test::LeavesNothing leaves_nothing;
    const auto unknown = static_cast<LandlockAccessFs>(wali::u64{1} << 60);
    const LandlockRights wanted{.files = LandlockAccessFs::READ_FILE | unknown};
    if (has_landlock()) {
        CHECK(LandlockRuleset::create({.handled = wanted}).error() ==
              wali::Error(Errno::INVAL, wali::Call::landlock_create_ruleset));
        CHECK(LandlockRuleset::create({.handled = {}}).error() == Errno::NOMSG);
        const auto rules = LandlockRuleset::create({.handled = wanted, .best_effort = true}).value();
        CHECK(rules.left_out() == LandlockRights{.files = unknown});
        CHECK(rules.fd().raw() >= 0);
        CHECK(rules.allow_path(".", LandlockAccessFs::READ_FILE | unknown));
        CHECK(rules.allow_path(".", LandlockAccessFs::MAKE_DIR));  // nothing that it handles: nothing to do
        CHECK(rules.allow_path(".", {}).error() == wali::Error(Errno::NOMSG, wali::Call::landlock_add_rule));
        CHECK(rules.allow_path("/dev/null", LandlockAccessFs::READ_DIR).error() == Errno::NOMSG);
        CHECK(test::in_child([&] {
            // Neither no_new_privs nor CAP_SYS_ADMIN.
            return HOLDS(wali::security::limit_capabilities({}).has_value()) &&
                   HOLDS(rules.enforce().error() == wali::Error(Errno::PERM, wali::Call::landlock_restrict_self));
        }));
    }
    const auto nothing = LandlockRuleset::create({.handled = {.files = unknown}, .best_effort = true}).value();
    CHECK(nothing.left_out() == LandlockRights{.files = unknown});
    CHECK(nothing.fd().raw() < 0);
    CHECK(nothing.allow_path(".", unknown));
    CHECK(nothing.allow_port(1, LandlockAccessNet::BIND_TCP));
    CHECK(nothing.enforce());
}
