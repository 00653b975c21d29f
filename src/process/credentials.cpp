// SPDX-License-Identifier: BSL-1.0
#include <wali/process/credentials.hpp>

#include <grp.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

#include <wali/try.hpp>

namespace wali::process {
namespace {

/// What `function` of the C library says, with errno as it was.
template <class Function>
result<void> checked(Call call, Function&& function) noexcept {
    const int before = errno;
    const bool failed = function() != 0;
    const int error = std::exchange(errno, before);
    if (failed) return Error(static_cast<Errno>(error), call);
    return success();
}

}  // namespace

result<void> set_user_ids(const UserIds& ids) noexcept {
    return checked(Call::setresuid,
                   [&]() noexcept { return ::setresuid(ids.real.raw(), ids.effective.raw(), ids.saved.raw()); });
}

result<void> set_group_ids(const GroupIds& ids) noexcept {
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
    // For the kernel this number means no change.
    if (user == Uid(~0U)) return Error(Errno::INVAL, Call::setresuid);
    if (group == Gid(~0U)) return Error(Errno::INVAL, Call::setresgid);
    WALI_TRY(set_supplementary_groups(groups));
    WALI_TRY(set_group_ids({group, group, group}));
    return set_user_ids({user, user, user});
}

}  // namespace wali::process
