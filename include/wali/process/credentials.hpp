// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
/// The ids of a process's user: who has started it, whose rights it has, and to whose it may go back.
struct UserIds {
    Uid real;
    Uid effective;
    Uid saved;
    /// Whether all are equal.
    constexpr bool operator==(const UserIds&) const noexcept = default;
};

/// The same of its group.
struct GroupIds {
    Gid real;
    Gid effective;
    Gid saved;
    /// Whether all are equal.
    constexpr bool operator==(const GroupIds&) const noexcept = default;
};
}  // namespace wali

/// As whom the process runs: see credentials(7). What asks is async-signal-safe. What changes goes through the C
/// library, because for Linux the ids are a thread's: it makes all threads do the same.
WALI_EXPORT namespace wali::process {
/// getuid(2), geteuid(2), getgid(2), getegid(2), tier spec. Cannot fail.
inline Uid user_id() noexcept { return Uid(static_cast<u32>(sys::getuid())); }
inline Uid effective_user_id() noexcept { return Uid(static_cast<u32>(sys::geteuid())); }
inline Gid group_id() noexcept { return Gid(static_cast<u32>(sys::getgid())); }
inline Gid effective_group_id() noexcept { return Gid(static_cast<u32>(sys::getegid())); }

/// getresuid(2) and getresgid(2), tier named. Cannot fail.
inline UserIds user_ids() noexcept {
    u32 real = 0;
    u32 effective = 0;
    u32 saved = 0;
    sys::getresuid(&real, &effective, &saved);
    return {Uid(real), Uid(effective), Uid(saved)};
}
inline GroupIds group_ids() noexcept {
    u32 real = 0;
    u32 effective = 0;
    u32 saved = 0;
    sys::getresgid(&real, &effective, &saved);
    return {Gid(real), Gid(effective), Gid(saved)};
}

/// getgroups(2), tier spec: the supplementary groups, as the filled part of `groups`. INVAL if there is no room for
/// all: 65536 is enough.
inline result<std::span<Gid>> supplementary_groups(std::span<Gid> groups WALI_LIFETIMEBOUND) noexcept {
    static_assert(sizeof(Gid) == sizeof(u32));
    // A size of 0 only asks how many there are.
    const long raw = sys::getgroups(static_cast<int>(groups.size()),
                                    groups.empty() ? nullptr : reinterpret_cast<u32*>(groups.data()));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getgroups, raw);
    if (static_cast<usize>(raw) > groups.size()) return Error(Errno::INVAL, Call::getgroups);
    return groups.first(static_cast<usize>(raw));
}

/// setresuid(3) and setresgid(3): PERM for ids that are none of ours, without CAP_SETUID or CAP_SETGID. AGAIN: the user
/// has too many processes. INVAL for the id of no one, 2^32 - 1, which for the kernel means to keep what is there.
result<void> set_user_ids(const UserIds& ids) noexcept;
result<void> set_group_ids(const GroupIds& ids) noexcept;
/// setgroups(3). PERM without CAP_SETGID.
result<void> set_supplementary_groups(std::span<const Gid> groups) noexcept;

/// Becomes another user for good: setgroups(3), setresgid(3), setresuid(3), in the order in which each is still
/// allowed, and a look at what came of it, getgroups(2), getresgid(2), getresuid(2), tiers spec and named: PERM where
/// that is something else. After an error, some may be done: end the process then.
result<void> become(Uid user, Gid group, std::span<const Gid> groups) noexcept;
inline result<void> become(Uid user, Gid group) noexcept { return become(user, group, {}); }

}  // namespace wali::process
