// SPDX-License-Identifier: BSL-1.0
#include <wali/security/confine.hpp>

#include <wali/abi/constants/process.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/prctl.hpp>
#include <wali/security/seccomp.hpp>
#include <wali/sys/process.hpp>
#include <wali/try.hpp>

namespace wali::security {
namespace {

/// Landlock and capabilities are a thread's, so whatever other threads keep, all can use. With this flag unshare does
/// nothing but to fail where there are others.
result<void> check_only_thread() noexcept {
    const long raw = sys::unshare(abi::bits(abi::CloneFlags::THREAD));
    if (is_error(raw) && Error::of_raw(Call::unshare, raw) == Errno::INVAL) return Error(Errno::BUSY, Call::unshare);
    return success();
}

result<LandlockRuleset> ruleset_of(const Confinement& confinement) noexcept {
    WALI_TRY(LandlockRuleset rules,
             LandlockRuleset::create({.handled = confinement.handled, .best_effort = confinement.best_effort}));
    for (const AllowedPath& allowed : confinement.paths) WALI_TRY(rules.allow_path(allowed.path, allowed.access));
    for (const AllowedPort& allowed : confinement.ports) WALI_TRY(rules.allow_port(allowed.port, allowed.access));
    return rules;
}

/// Another user's permitted capabilities would be gone, too.
result<void> become(const NewUser& user, CapabilitySet kept) noexcept {
    if (!kept.empty()) WALI_TRY(set_keep_capabilities(true));
    WALI_TRY(process::become(user.user, user.group, user.groups.elements()));
    if (!kept.empty()) WALI_TRY(set_keep_capabilities(false));
    return success();
}

/// While it is still allowed: a user has no CAP_SETPCAP.
result<void> limit_bounding_set(CapabilitySet kept) noexcept {
    WALI_TRY(const Capabilities own, capabilities());
    if (!own.effective.has(Capability::SETPCAP)) return success();
    return drop_from_bounding_set(CapabilitySet::from_bits(~kept.bits()));
}

}  // namespace

result<ConfinementGaps> confine(const Confinement& confinement) noexcept {
    WALI_TRY(check_only_thread());
    WALI_TRY(const LandlockRuleset rules, ruleset_of(confinement));
    WALI_TRY(limit_bounding_set(confinement.capabilities));
    if (confinement.user) WALI_TRY(become(*confinement.user, confinement.capabilities));
    WALI_TRY(limit_capabilities(confinement.capabilities));
    WALI_TRY(process::set_no_new_privileges());
    WALI_TRY(rules.enforce());
    if (confinement.calls) WALI_TRY(install_seccomp(*confinement.calls));
    return ConfinementGaps{rules.left_out()};
}

}  // namespace wali::security
