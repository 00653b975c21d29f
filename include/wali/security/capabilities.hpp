// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/constants/security.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
using abi::Capability;
using abi::SecureBits;

/// Some of the privileges that root's are made of, see capabilities(7). A number; all members are constexpr.
class CapabilitySet {
  public:
    constexpr CapabilitySet() noexcept = default;
    constexpr CapabilitySet(std::initializer_list<Capability> capabilities) noexcept {
        for (const Capability capability : capabilities) bits_ |= bit(capability);
    }
    /// From the kernel's form: bit N is capability N.
    static constexpr CapabilitySet from_bits(u64 bits) noexcept {
        CapabilitySet set;
        set.bits_ = bits;
        return set;
    }
    /// The kernel's form.
    constexpr u64 bits() const noexcept { return bits_; }

    /// Whether it is in the set; and whether nothing is.
    constexpr bool has(Capability capability) const noexcept { return (bits_ & bit(capability)) != 0; }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Whether both have the same.
    constexpr bool operator==(const CapabilitySet&) const noexcept = default;
    /// What is in one of them; in both; in the first alone.
    friend constexpr CapabilitySet operator|(CapabilitySet a, CapabilitySet b) noexcept {
        return from_bits(a.bits_ | b.bits_);
    }
    friend constexpr CapabilitySet operator&(CapabilitySet a, CapabilitySet b) noexcept {
        return from_bits(a.bits_ & b.bits_);
    }
    friend constexpr CapabilitySet operator-(CapabilitySet a, CapabilitySet b) noexcept {
        return from_bits(a.bits_ & ~b.bits_);
    }

  private:
    static constexpr u64 bit(Capability capability) noexcept { return u64{1} << abi::bits(capability); }

    u64 bits_ = 0;
};

/// The three sets that capget(2) and capset(2) know. What a thread may do is `effective`; what it may make effective
/// is `permitted`; what programs may get that it executes is `inheritable`.
struct Capabilities {
    CapabilitySet effective;
    CapabilitySet permitted;
    CapabilitySet inheritable;
    /// Whether all are equal.
    constexpr bool operator==(const Capabilities&) const noexcept = default;
};
}  // namespace wali

/// Privileges of the calling thread, see capabilities(7). Danger: the kernel keeps them per thread, and no C library
/// changes them for the others. Threads share their memory, so one that keeps a privilege keeps it for all: give up
/// privileges before the first thread is started; threads and children begin with what their starter has.
/// Async-signal-safe.
WALI_EXPORT namespace wali::security {
/// capget(2), tier named. Cannot fail but by PERM, from a filter.
result<Capabilities> capabilities() noexcept;
/// capget(2), tier named: those of another process's first thread. SRCH if there is none.
result<Capabilities> capabilities_of(Pid process) noexcept;
/// capset(2), tier named. Errors: PERM (more than is permitted, or more inheritable than the bounding set has).
result<void> set_capabilities(const Capabilities& capabilities) noexcept;

/// prctl(2) PR_CAPBSET_READ, tier spec: the bounding set, which is all that any program executed from here can get.
result<CapabilitySet> bounding_set() noexcept;
/// prctl(2) PR_CAPBSET_DROP, tier spec: takes these out of the bounding set, for good. PERM without CAP_SETPCAP; some
/// may be out then.
result<void> drop_from_bounding_set(CapabilitySet dropped) noexcept;

/// prctl(2) PR_CAP_AMBIENT, tier spec: the ambient set, which programs executed from here get though their files give
/// them nothing.
result<CapabilitySet> ambient_set() noexcept;
/// prctl(2) PR_CAP_AMBIENT_RAISE, tier spec. PERM unless it is permitted and inheritable.
result<void> raise_ambient(Capability capability) noexcept;
/// prctl(2) PR_CAP_AMBIENT_LOWER, tier spec. INVAL for a number that this kernel does not know.
result<void> lower_ambient(Capability capability) noexcept;
/// prctl(2) PR_CAP_AMBIENT_CLEAR_ALL, tier spec. Cannot fail but by PERM, from a filter.
result<void> clear_ambient_set() noexcept;

/// prctl(2) PR_GET_SECUREBITS and PR_SET_SECUREBITS, tier spec: what the user 0 does not do. PERM without CAP_SETPCAP,
/// or for one that is locked.
result<SecureBits> secure_bits() noexcept;
result<void> set_secure_bits(SecureBits secure_bits) noexcept;
/// prctl(2) PR_SET_KEEPCAPS, tier spec: whether the permitted set stays when the thread stops being root by a change of
/// its user; effective and ambient sets are cleared all the same, and execve(2) forgets it. PERM if it is locked.
result<void> set_keep_capabilities(bool kept) noexcept;

/// capget(2), capset(2), tier named, and prctl(2), tier spec: gives up all but `kept` in every set. What is kept and
/// permitted becomes effective. The bounding set is left alone without CAP_SETPCAP; set no_new_privs then. Errors: PERM
/// (something of `kept` is not permitted: nothing is changed).
result<void> limit_capabilities(CapabilitySet kept) noexcept;

}  // namespace wali::security
