// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/is_error.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/system/key.hpp>

using namespace std::chrono_literals;
using test::is_error;
using wali::Call;
using wali::Errno;
using wali::Key;
using wali::KeyPermissionFlags;

namespace {

/// A child, because keyrings of the process end with it; says so where there are none.
template <class Function>
void with_keyrings(Function function) {
    const int code = test::exit_code_in_child([&]() -> wali::result<bool> {
        const auto probe = Key::process_keyring().resolve();
        if (probe.has_error() && (probe.error() == Errno::PERM || probe.error() == Errno::NOSYS))
            wali::process::exit(test::not_allowed);
        return function();
    });
    if (code == test::not_allowed)
        MESSAGE("no keyrings are allowed here: the case was not run");
    else
        CHECK(code == 0);
}

std::string payload_of(Key key) {
    std::array<char, 64> room;
    const auto size = key.read(room);
    return size ? std::string(room.data(), size.value()) : "unreadable";
}

/// The lifetime of a key, as /proc/keys has it: "perm" or "59m".
wali::result<std::string> lifetime_of(Key key) {
    std::array<char, 16> id;
    std::snprintf(id.data(), id.size(), "%08x", static_cast<unsigned>(key.id()));
    WALI_TRY(const std::string keys, wali::fs::read_file<std::string>("/proc/keys", 1 << 20));
    const std::size_t line = keys.find(id.data());
    if (line == keys.npos) return std::string("no such key");
    // ID FLAGS USES LIFETIME
    std::array<char, 16> lifetime{};
    std::sscanf(keys.c_str() + line, "%*s %*s %*s %15s", lifetime.data());
    return std::string(lifetime.data());
}

}  // namespace

TEST_CASE("a key keeps its payload, until it is updated") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key key, Key::add("user", "wali;test", "secret", Key::process_keyring()));
        WALI_TRY(const Key same, Key::add("user", "wali;test", "other", Key::process_keyring()));
        if (key != same || payload_of(key) != "other") return false;
        WALI_TRY(key.update("third"));
        std::array<char, 2> small{'-', '-'};
        WALI_TRY(const wali::usize size, key.read(small));
        return payload_of(key) == "third" && size == 5 && small[0] == '-' &&
               is_error(Key::add("no such type", "x", "y", Key::process_keyring()), Errno::NODEV_, Call::add_key) &&
               is_error(Key::add("user", "x", {}, Key::process_keyring()), Errno::INVAL, Call::add_key);
    });
}

TEST_CASE("a key is found in its keyring, among those that the process has, and nowhere else") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key ring, Key::add_keyring("wali ring", Key::process_keyring()));
        WALI_TRY(const Key key, Key::add("user", "wali inner", "secret", ring));
        WALI_TRY(const Key searched, Key::process_keyring().search("user", "wali inner"));
        WALI_TRY(const Key requested, Key::request("user", "wali inner"));
        WALI_TRY(const Key process, Key::process_keyring().resolve());
        if (searched != key || requested != key || process.id() <= 0) return false;

        std::array<std::byte, 16> listed;
        WALI_TRY(const wali::usize size, ring.read(listed));
        wali::i32 first = 0;
        std::memcpy(&first, listed.data(), sizeof first);
        if (size != sizeof first || first != key.id()) return false;

        WALI_TRY(key.link_to(Key::thread_keyring()));
        WALI_TRY(key.unlink_from(ring));
        WALI_TRY(ring.clear());
        return is_error(ring.search("user", "wali inner"), Errno::NOKEY, Call::keyctl) &&
               is_error(key.unlink_from(ring), Errno::NOENT, Call::keyctl) &&
               is_error(key.clear(), Errno::NOTDIR, Call::keyctl) &&
               is_error(Key::request("user", "wali nobody's"), Errno::NOKEY, Call::request_key) &&
               Key::request("user", "wali inner", "", Key::process_keyring()).value_or(Key(0)) == key;
    });
}

TEST_CASE("a key says whose it is and who may do what") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key key, Key::add("user", "wali;described", "secret", Key::process_keyring()));
        const auto wanted = KeyPermissionFlags::POS_ALL | KeyPermissionFlags::USR_VIEW;
        WALI_TRY(key.set_permissions(wanted));
        std::array<char, 64> room;
        WALI_TRY(const wali::KeyDescription is, key.describe(room));
        // To itself, which changes nothing.
        WALI_TRY(key.set_owner(is.owner, is.group));
        return is.type == "user" && is.description == "wali;described" && is.permissions == wanted &&
               is.owner == wali::process::effective_user_id() && is.group == wali::process::effective_group_id() &&
               is_error(key.describe(std::span(room).first(5)), Errno::RANGE, Call::keyctl);
    });
}

TEST_CASE("a key is of users and groups with large numbers, too") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key key, Key::add("user", "wali owned", "secret", Key::process_keyring()));
        const wali::Uid user(4294967294);
        const wali::Gid group(3000000000);
        const auto given = key.set_owner(user, group);
        // ACCES without CAP_SYS_ADMIN, INVAL where the ids are not mapped.
        if (!given) return given.error() == Errno::ACCES || given.error() == Errno::INVAL;
        std::array<char, 64> room;
        WALI_TRY(const wali::KeyDescription is, key.describe(room));
        return is.owner == user && is.group == group && is.description == "wali owned";
    });
}

TEST_CASE("a key is not given to the id of no one") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key key, Key::add("user", "wali kept", "secret", Key::process_keyring()));
        return is_error(key.set_owner(wali::Uid(~0U), wali::Gid(0)), Errno::INVAL, Call::keyctl) &&
               is_error(key.set_owner(wali::Uid(0), wali::Gid(~0U)), Errno::INVAL, Call::keyctl);
    });
}

TEST_CASE("a key ends when it is revoked or invalidated, or in time") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key revoked, Key::add("user", "wali revoked", "secret", Key::process_keyring()));
        WALI_TRY(revoked.revoke());
        WALI_TRY(const Key gone, Key::add("user", "wali gone", "secret", Key::process_keyring()));
        WALI_TRY(gone.invalidate());
        std::array<char, 8> room;
        if (!is_error(revoked.read(room), Errno::KEYREVOKED, Call::keyctl)) return false;
        // ACCES when the kernel has unlinked it, but not yet freed: then nobody possesses it.
        const auto read = gone.read(room);
        if (!is_error(read, Errno::NOKEY, Call::keyctl) && !is_error(read, Errno::ACCES, Call::keyctl)) return false;

        WALI_TRY(const Key timed, Key::add("user", "wali timed", "secret", Key::process_keyring()));
        WALI_TRY(timed.set_timeout(30min));
        WALI_TRY(const std::string minutes, lifetime_of(timed));
        WALI_TRY(timed.set_timeout(wali::forever()));
        WALI_TRY(const std::string never, lifetime_of(timed));
        WALI_TRY(timed.set_timeout(0s));
        WALI_TRY(const std::string soon, lifetime_of(timed));
        return minutes.ends_with('m') && minutes != "perm" && never == "perm" && soon != "perm";
    });
}

TEST_CASE("a new session keyring has none of the old one's keys") {
    with_keyrings([]() -> wali::result<bool> {
        WALI_TRY(const Key before, Key::session_keyring().resolve());
        WALI_TRY(const Key first, Key::join_session());
        WALI_TRY(Key::add("user", "wali session", "secret", Key::session_keyring()));
        WALI_TRY(const Key named, Key::join_session("wali.test"));
        WALI_TRY(const Key session, Key::session_keyring().resolve());
        return first != before && first != named && session == named &&
               is_error(Key::request("user", "wali session"), Errno::NOKEY, Call::request_key) &&
               Key::user_keyring() != Key::user_session_keyring();
    });
}
