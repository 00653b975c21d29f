// SPDX-License-Identifier: BSL-1.0
#include <wali/process/user.hpp>

#include <grp.h>
#include <pwd.h>

namespace wali::process {
namespace {

/// What a function of the *_r family has found, as `Entry`.
template <class Entry, class Record>
result<std::optional<Entry>> entry(int error, const Record* found, Entry (*make)(const Record&) noexcept) noexcept {
    // Some say in this way, too, that there is no such entry.
    const auto code = static_cast<Errno>(error);
    if (error != 0 && code != Errno::NOENT && code != Errno::SRCH) return code;
    if (error != 0 || found == nullptr) return std::optional<Entry>();
    return std::optional(make(*found));
}

User make_user(const passwd& record) noexcept {
    return {record.pw_name, Uid(record.pw_uid), Gid(record.pw_gid), record.pw_gecos, record.pw_dir, record.pw_shell};
}

Group make_group(const group& record) noexcept { return {record.gr_name, Gid(record.gr_gid)}; }

}  // namespace

result<std::optional<User>> find_user(const char* name, std::span<char> buffer) noexcept {
    passwd record{};
    passwd* found = nullptr;
    const int error = getpwnam_r(name, &record, buffer.data(), buffer.size(), &found);
    return entry<User, passwd>(error, found, make_user);
}

result<std::optional<User>> find_user(Uid id, std::span<char> buffer) noexcept {
    passwd record{};
    passwd* found = nullptr;
    const int error = getpwuid_r(id.raw(), &record, buffer.data(), buffer.size(), &found);
    return entry<User, passwd>(error, found, make_user);
}

result<std::optional<Group>> find_group(const char* name, std::span<char> buffer) noexcept {
    group record{};
    group* found = nullptr;
    const int error = getgrnam_r(name, &record, buffer.data(), buffer.size(), &found);
    return entry<Group, group>(error, found, make_group);
}

result<std::optional<Group>> find_group(Gid id, std::span<char> buffer) noexcept {
    group record{};
    group* found = nullptr;
    const int error = getgrgid_r(id.raw(), &record, buffer.data(), buffer.size(), &found);
    return entry<Group, group>(error, found, make_group);
}

result<std::span<Gid>> groups_of(const char* user, Gid group, std::span<Gid> groups) noexcept {
    static_assert(sizeof(Gid) == sizeof(gid_t));
    int count = static_cast<int>(groups.size());
    if (getgrouplist(user, group.raw(), reinterpret_cast<gid_t*>(groups.data()), &count) < 0) return Errno::RANGE;
    return groups.first(static_cast<usize>(count));
}

}  // namespace wali::process
