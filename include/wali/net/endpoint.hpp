// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/ip_address.hpp>
#include <wali/net/socket_address.hpp>

WALI_EXPORT namespace wali {
/// One end of a TCP or UDP conversation: an address and a port. Converts to the kernel's form, so it goes where a
/// SocketAddress is wanted. A value, which makes no system call.
struct Endpoint {
    /// Room for the longest text that format() writes: brackets, colon and port.
    static constexpr usize text_max = IpAddress::text_max + 8;
    using Text = std::array<char, text_max>;

    IpAddress address;  ///< of IPv4 or IPv6; 0.0.0.0 if not given
    u16 port = 0;       ///< in host byte order

    /// Reads "192.0.2.1:80", "[2001:db8::1]:80" or "[fe80::1%2]:80".
    static Parsed<Endpoint> parse(std::string_view text) noexcept;

    /// Writes what parse() reads into `buffer` and returns the written part.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

    /// From the kernel's form, without the flow label: AFNOSUPPORT if it is neither IPv4 nor IPv6, or cut off.
    static result<Endpoint> from(const SocketAddress& address) noexcept;
    operator SocketAddress() const noexcept;

    /// The family of its sockets: INET or INET6.
    constexpr AddressFamily family() const noexcept {
        return address.is_v6() ? AddressFamily::INET6 : AddressFamily::INET;
    }

    /// Compares address, scope and port.
    constexpr auto operator<=>(const Endpoint&) const noexcept = default;
};

}  // namespace wali
