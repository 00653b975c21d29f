// SPDX-License-Identifier: BSL-1.0
#pragma once

// What addresses and routes have in common.

#include <array>

#include <wali/net/ip_address.hpp>

namespace wali::detail {

/// A link-local address of IPv6 with the interface that it belongs to; any other address itself.
inline IpAddress in_scope(const IpAddress& address, u32 interface) noexcept {
    if (!address.is_v6() || !address.is_link_local()) return address;
    std::array<u8, 16> bytes{};
    for (usize i = 0; i < bytes.size(); ++i) bytes[i] = address.bytes()[i];
    return IpAddress::v6(bytes, interface);
}

}  // namespace wali::detail
