// SPDX-License-Identifier: BSL-1.0
#include <wali/security/capabilities.hpp>

#include <wali/abi/structs/security.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/security.hpp>
#include <wali/try.hpp>

namespace wali::security {
namespace {

constexpr u32 version = abi::bits(abi::CapabilityVersion::VERSION_3);

/// A capability that no kernel has: the sets have 64 bits.
constexpr int capability_numbers = 64;

result<int> control(abi::PrctlOption option, unsigned long argument2, unsigned long argument3) noexcept {
    return to_result<int>(Call::prctl, sys::prctl(abi::bits(option), argument2, argument3, 0, 0));
}

result<int> control_ambient(abi::PrctlAmbient operation, int capability) noexcept {
    return control(abi::PrctlOption::CAP_AMBIENT, abi::bits(operation), static_cast<unsigned long>(capability));
}

/// Those of which `is_in` says 1, up to the first that the kernel does not know.
template <class IsIn>
result<CapabilitySet> set_of(IsIn&& is_in) noexcept {
    u64 bits = 0;
    for (int number = 0; number < capability_numbers; ++number) {
        const result<int> found = is_in(number);
        if (found.has_error()) {
            if (found.assume_error() == Errno::INVAL && number > 0) break;
            return found.assume_error();
        }
        bits |= static_cast<u64>(found.assume_value()) << number;
    }
    return CapabilitySet::from_bits(bits);
}

CapabilitySet joined(u32 low, u32 high) noexcept {
    return CapabilitySet::from_bits(static_cast<u64>(high) << 32 | low);
}

}  // namespace

result<Capabilities> capabilities() noexcept { return capabilities_of(Pid(0)); }

result<Capabilities> capabilities_of(Pid process) noexcept {
    abi::user_cap_header header{version, process.raw()};
    abi::user_cap_data data[2] = {};
    const long raw = sys::capget(&header, data);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::capget, raw);
    return Capabilities{joined(data[0].effective, data[1].effective), joined(data[0].permitted, data[1].permitted),
                        joined(data[0].inheritable, data[1].inheritable)};
}

result<void> set_capabilities(const Capabilities& capabilities) noexcept {
    abi::user_cap_header header{version, 0};
    const u64 effective = capabilities.effective.bits();
    const u64 permitted = capabilities.permitted.bits();
    const u64 inheritable = capabilities.inheritable.bits();
    const abi::user_cap_data data[2] = {
        {static_cast<u32>(effective), static_cast<u32>(permitted), static_cast<u32>(inheritable)},
        {static_cast<u32>(effective >> 32), static_cast<u32>(permitted >> 32), static_cast<u32>(inheritable >> 32)}};
    return to_result<void>(Call::capset, sys::capset(&header, data));
}

result<CapabilitySet> bounding_set() noexcept {
    return set_of([](int number) noexcept {
        return control(abi::PrctlOption::CAPBSET_READ, static_cast<unsigned long>(number), 0);
    });
}

result<void> drop_from_bounding_set(CapabilitySet dropped) noexcept {
    WALI_TRY(const CapabilitySet before, bounding_set());
    for (u64 left = (before & dropped).bits(); left != 0; left &= left - 1)
        WALI_TRY(control(abi::PrctlOption::CAPBSET_DROP, static_cast<unsigned long>(__builtin_ctzll(left)), 0));
    return success();
}

result<CapabilitySet> ambient_set() noexcept {
    return set_of([](int number) noexcept { return control_ambient(abi::PrctlAmbient::IS_SET, number); });
}

result<void> raise_ambient(Capability capability) noexcept {
    WALI_TRY(control_ambient(abi::PrctlAmbient::RAISE, abi::bits(capability)));
    return success();
}

result<void> lower_ambient(Capability capability) noexcept {
    WALI_TRY(control_ambient(abi::PrctlAmbient::LOWER, abi::bits(capability)));
    return success();
}

result<void> clear_ambient_set() noexcept {
    WALI_TRY(control_ambient(abi::PrctlAmbient::CLEAR_ALL, 0));
    return success();
}

result<SecureBits> secure_bits() noexcept {
    WALI_TRY(const int bits, control(abi::PrctlOption::GET_SECUREBITS, 0, 0));
    return static_cast<SecureBits>(bits);
}

result<void> set_secure_bits(SecureBits secure_bits) noexcept {
    WALI_TRY(control(abi::PrctlOption::SET_SECUREBITS, abi::bits(secure_bits), 0));
    return success();
}

result<void> set_keep_capabilities(bool kept) noexcept {
    WALI_TRY(control(abi::PrctlOption::SET_KEEPCAPS, kept ? 1 : 0, 0));
    return success();
}

result<void> limit_capabilities(CapabilitySet kept) noexcept {
    WALI_TRY(const Capabilities before, capabilities());
    if (!(kept - before.permitted).empty()) return Error(Errno::PERM, Call::capset);
    // Only an effective CAP_SETPCAP may take something out of the bounding set.
    if (before.permitted.has(Capability::SETPCAP)) {
        const CapabilitySet effective = before.effective | CapabilitySet{Capability::SETPCAP};
        WALI_TRY(set_capabilities({effective, before.permitted, before.inheritable}));
        WALI_TRY(drop_from_bounding_set(CapabilitySet::from_bits(~kept.bits())));
    }
    // The kernel lowers what is ambient with what is permitted or inheritable.
    return set_capabilities({kept, kept, before.inheritable & kept});
}

}  // namespace wali::security
