// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/prctl.hpp>
#include <wali/security/capabilities.hpp>

#include "in_child.hpp"
#include "support/leaves_nothing.hpp"

using wali::Capabilities;
using wali::Capability;
using wali::CapabilitySet;
using wali::Errno;

TEST_CASE("sets of capabilities are those of their numbers") {
    constexpr CapabilitySet both{Capability::CHOWN, Capability::CHECKPOINT_RESTORE};
    static_assert(both.bits() == (wali::u64{1} | wali::u64{1} << 40));
    CHECK(both.has(Capability::CHOWN));
    CHECK_FALSE(both.has(Capability::KILL));
    CHECK((both - CapabilitySet{Capability::CHOWN}) == CapabilitySet{Capability::CHECKPOINT_RESTORE});
    CHECK((both & CapabilitySet{Capability::CHOWN}) == CapabilitySet{Capability::CHOWN});
    CHECK((CapabilitySet{Capability::CHOWN} | CapabilitySet{Capability::CHECKPOINT_RESTORE}) == both);
    CHECK(CapabilitySet().empty());
}

TEST_CASE("capabilities are set and given up in every set") {
    const test::LeavesNothing leaves_nothing;
    const Capabilities own = wali::security::capabilities().value();
    CHECK(wali::security::capabilities_of(wali::process::id()).value() == own);
    CHECK(wali::security::capabilities_of(wali::Pid(0x7fffffff)).error() == Errno::SRCH);
    CHECK((own.effective - own.permitted).empty());
    const CapabilitySet bounding = wali::security::bounding_set().value();
    CHECK((own.permitted - bounding).empty());
    CHECK(wali::security::ambient_set().value() == (wali::security::ambient_set().value() & own.inheritable));
    CHECK(test::in_child([&] {
        const CapabilitySet kept = own.permitted & CapabilitySet{Capability::KILL};
        if (!HOLDS(wali::security::limit_capabilities(kept).has_value())) return false;
        const Capabilities left = wali::security::capabilities().value();
        const bool drops = own.permitted.has(Capability::SETPCAP);
        return HOLDS(left == Capabilities{kept, kept, own.inheritable & kept}) &&
               HOLDS(wali::security::ambient_set().value().empty()) &&
               HOLDS(!drops ||
                     wali::security::bounding_set().value() == (bounding & CapabilitySet{Capability::KILL})) &&
               HOLDS(wali::security::set_capabilities({bounding, bounding, {}}).error() ==
                     wali::Error(Errno::PERM, wali::Call::capset)) &&
               HOLDS(wali::security::limit_capabilities({Capability::SYS_ADMIN}).error() == Errno::PERM) &&
               HOLDS(wali::security::drop_from_bounding_set({Capability::KILL}).error() == Errno::PERM) &&
               HOLDS(wali::security::set_secure_bits(wali::SecureBits::NOROOT).error() == Errno::PERM);
    }));
}

TEST_CASE("root without capabilities is a user") {
    const test::LeavesNothing leaves_nothing;
    if (!test::is_root()) return;
    CHECK(test::in_child([] {
        return HOLDS(wali::security::limit_capabilities({}).has_value()) &&
               HOLDS(wali::process::become(wali::Uid(65534), wali::Gid(65534)).error() == Errno::PERM) &&
               // A program that root executes gets none either.
               HOLDS(test::shell("grep -q '^CapEff:.0*$' /proc/self/status").success());
    }));
}

TEST_CASE("ambient capabilities and those that are kept outlive a change of the user") {
    const test::LeavesNothing leaves_nothing;
    if (!wali::security::capabilities().value().permitted.has(Capability::SETUID)) return;
    CHECK(test::in_child([] {
        constexpr CapabilitySet kill{Capability::KILL};
        if (!HOLDS(wali::security::set_keep_capabilities(true).has_value()) ||
            !HOLDS(wali::security::secure_bits().value() == wali::SecureBits::KEEP_CAPS) ||
            !HOLDS(wali::process::become(wali::Uid(65534), wali::Gid(65534)).has_value()) ||
            !HOLDS(wali::security::raise_ambient(Capability::KILL).error() == Errno::PERM) ||
            !HOLDS(wali::security::set_capabilities({kill, kill, kill}).has_value()) ||
            !HOLDS(wali::security::raise_ambient(Capability::KILL).has_value()))
            return false;
        const bool passed_on = HOLDS(wali::security::ambient_set().value() == kill) &&
                               HOLDS(test::shell("grep -q '^CapEff:.0*20$' /proc/self/status").success());
        if (!HOLDS(wali::security::lower_ambient(Capability::KILL).has_value()) ||
            !HOLDS(wali::security::ambient_set().value().empty()) ||
            !HOLDS(wali::security::raise_ambient(Capability::KILL).has_value()))
            return false;
        return HOLDS(wali::security::clear_ambient_set().has_value()) &&
               HOLDS(wali::security::ambient_set().value().empty()) && passed_on;
    }));
    CHECK(test::in_child([] {
        return HOLDS(wali::security::set_secure_bits(wali::SecureBits::NO_CAP_AMBIENT_RAISE).has_value()) &&
               HOLDS(wali::security::secure_bits().value() == wali::SecureBits::NO_CAP_AMBIENT_RAISE) &&
               HOLDS(wali::security::raise_ambient(Capability::KILL).error() == Errno::PERM);
    }));
}

TEST_CASE("no_new_privs is told and inherited") {
    const test::LeavesNothing leaves_nothing;
    CHECK(test::in_child([] {
        return HOLDS(wali::process::set_no_new_privileges().has_value()) &&
               HOLDS(wali::process::has_no_new_privileges().value()) &&
               HOLDS(test::in_child([] { return wali::process::has_no_new_privileges().value(); })) &&
               HOLDS(test::shell("grep -q '^NoNewPrivs:.1$' /proc/self/status").success());
    }));
}
