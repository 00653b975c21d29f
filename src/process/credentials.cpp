// SPDX-License-Identifier: BSL-1.0
#include <wali/process/credentials.hpp>

#include <grp.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <wali/try.hpp>

namespace wali::process {
namespace {

// For the kernel these mean no change.
constexpr Uid no_user(~0U);
constexpr Gid no_group(~0U);

/// What `function` of the C library says, with errno as it was.
template <class Function>
result<void> checked(Call call, Function&& function) noexcept {
    const int before = errno;
    const bool failed = function() != 0;
    const int error = std::exchange(errno, before);
    if (failed) return Error(static_cast<Errno>(error), call);
    return success();
}

/// Whether these are the supplementary groups, in any order. Of more than a thousand only the number is compared.
bool has_groups(std::span<const Gid> groups) noexcept {
    if (sys::getgroups(0, nullptr) != static_cast<long>(groups.size())) return false;
    std::array<u32, 1024> found;
    if (groups.empty() || groups.size() > found.size()) return true;
    if (sys::getgroups(static_cast<int>(found.size()), found.data()) < 0) return false;
    const u32* const wanted = reinterpret_cast<const u32*>(groups.data());
    return std::is_permutation(wanted, wanted + groups.size(), found.begin());
}

}  // namespace

result<void> set_user_ids(const UserIds& ids) noexcept {
    if (ids.real == no_user || ids.effective == no_user || ids.saved == no_user)
        return Error(Errno::INVAL, Call::setresuid);
    return checked(Call::setresuid,
                   [&]() noexcept { return ::setresuid(ids.real.raw(), ids.effective.raw(), ids.saved.raw()); });
}

result<void> set_group_ids(const GroupIds& ids) noexcept {
    if (ids.real == no_group || ids.effective == no_group || ids.saved == no_group)
        return Error(Errno::INVAL, Call::setresgid);
    return checked(Call::setresgid,
                   [&]() noexcept { return ::setresgid(ids.real.raw(), ids.effective.raw(), ids.saved.raw()); });
}

result<void> set_supplementary_groups(std::span<const Gid> groups) noexcept {
    static_assert(sizeof(Gid) == sizeof(gid_t));
    return checked(Call::setgroups, [&]() noexcept {
        return ::setgroups(groups.size(), reinterpret_cast<const gid_t*>(groups.data()));
    });
}

result<void> become(Uid user, Gid group, std::span<const Gid> groups) noexcept {
    if (user == no_user) return Error(Errno::INVAL, Call::setresuid);
    if (group == no_group) return Error(Errno::INVAL, Call::setresgid);
    WALI_TRY(set_supplementary_groups(groups));
    WALI_TRY(set_group_ids({group, group, group}));
    WALI_TRY(set_user_ids({user, user, user}));
    // A filter may answer that all is well where nothing was done.
    if (!has_groups(groups)) return Error(Errno::PERM, Call::setgroups);
    if (group_ids() != GroupIds{group, group, group}) return Error(Errno::PERM, Call::setresgid);
    if (user_ids() != UserIds{user, user, user}) return Error(Errno::PERM, Call::setresuid);
    return success();
}

}  // namespace wali::process
