// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/core/id.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// `count` ids in a row that are `inside` and further of a user namespace, and `outside` and further of the one above.
struct IdRange {
    u32 inside;
    u32 outside;
    u32 count;
};
}  // namespace wali

/// Whose ids a user namespace has: see user_namespaces(7). Each map is written once, at most 4095 bytes of it (else
/// INVAL). Pid(0) is the calling process, whoever sees which numbers. Without CAP_SETUID or CAP_SETGID in the namespace
/// above, it is one range of one id, which is the caller's effective one. Async-signal-safe.
WALI_EXPORT namespace wali::system {
/// openat(2) and write(2) of /proc/PID/uid_map, tier spec. Errors: PERM (not allowed, or written before), INVAL
/// (overlapping ranges), NOENT (no such process).
result<void> map_users(Pid process, std::span<const IdRange> ranges) noexcept;

/// openat(2) and write(2) of /proc/PID/gid_map, tier spec. Errors: as map_users(), and PERM unless deny_set_groups()
/// comes first or the caller is privileged above.
result<void> map_groups(Pid process, std::span<const IdRange> ranges) noexcept;

/// openat(2) and write(2) of /proc/PID/setgroups, tier spec: setgroups(2) is forbidden for good in the process's user
/// namespace, so that nobody gets rid of a group that is denied something. PERM when the groups are mapped already.
result<void> deny_set_groups(Pid process) noexcept;

}  // namespace wali::system
