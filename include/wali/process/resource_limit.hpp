// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/process.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
using abi::RlimitResource;

/// How much of a resource a process may use: the soft limit holds, and may be raised up to the hard one.
struct ResourceLimit {
    u64 soft = unlimited();
    u64 hard = unlimited();

    /// RLIM_INFINITY.
    static constexpr u64 unlimited() noexcept { return abi::bits(abi::RlimitValue::INFINITY_); }
    /// Whether both are equal in both.
    constexpr bool operator==(const ResourceLimit&) const noexcept = default;
};
}  // namespace wali

/// Limits of resources, which children inherit: see getrlimit(2). Async-signal-safe.
WALI_EXPORT namespace wali::process {
/// prlimit(2), tier spec: a limit of this process. INVAL for an unknown resource.
inline result<ResourceLimit> resource_limit(RlimitResource resource) noexcept {
    abi::rlimit limit;
    const long raw = sys::prlimit64(0, abi::bits(resource), nullptr, &limit);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::prlimit64, raw);
    return ResourceLimit{limit.rlim_cur, limit.rlim_max};
}

/// prlimit(2), tier spec: a limit of another process. Errors: SRCH, PERM.
inline result<ResourceLimit> resource_limit(Pid process, RlimitResource resource) noexcept {
    abi::rlimit limit;
    const long raw = sys::prlimit64(process.raw(), abi::bits(resource), nullptr, &limit);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::prlimit64, raw);
    return ResourceLimit{limit.rlim_cur, limit.rlim_max};
}

/// prlimit(2), tier spec: changes a limit of this process. Errors: INVAL (soft above hard), PERM (raising the hard
/// limit needs CAP_SYS_RESOURCE).
inline result<void> set_resource_limit(RlimitResource resource, const ResourceLimit& limit) noexcept {
    const abi::rlimit raw{limit.soft, limit.hard};
    return to_result<void>(Call::prlimit64, sys::prlimit64(0, abi::bits(resource), &raw, nullptr));
}

/// prlimit(2), tier spec: changes a limit of another process. Errors: SRCH, PERM, INVAL.
inline result<void> set_resource_limit(Pid process, RlimitResource resource, const ResourceLimit& limit) noexcept {
    const abi::rlimit raw{limit.soft, limit.hard};
    return to_result<void>(Call::prlimit64, sys::prlimit64(process.raw(), abi::bits(resource), &raw, nullptr));
}

}  // namespace wali::process
