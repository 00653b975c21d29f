// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <wali/core/bytes.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// A user as the system's data base has it, see passwd(5). The texts are in the buffer that was given.
struct User {
    std::string_view name;
    Uid id;
    Gid group;
    std::string_view comment;  ///< the full name, usually
    std::string_view home;
    std::string_view shell;
};

/// A group, see group(5).
struct Group {
    std::string_view name;
    Gid id;
};
}  // namespace wali

/// Users and groups by name and by number: through the C library, whose data base it is. glibc may open files and
/// sockets, load libraries and allocate; musl reads /etc/passwd and /etc/group. Not async-signal-safe; threads may call
/// it. Nothing if there is no such entry. Errors: RANGE (the buffer has no room for the texts; 16 KiB are enough, as a
/// rule), MFILE, IO and what else reading may fail with.
WALI_EXPORT namespace wali::process {
/// getpwnam_r(3), getpwuid_r(3).
result<std::optional<User>> find_user(const char* name, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;
result<std::optional<User>> find_user(Uid id, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;
/// getgrnam_r(3), getgrgid_r(3).
result<std::optional<Group>> find_group(const char* name, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;
result<std::optional<Group>> find_group(Gid id, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;

/// getgrouplist(3): `group` and the groups that name the user as a member, as the filled part of `groups`: what
/// become() and Command take. RANGE if there is no room for all.
result<std::span<Gid>> groups_of(const char* user, Gid group, std::span<Gid> groups WALI_LIFETIMEBOUND) noexcept;

}  // namespace wali::process
