// SPDX-License-Identifier: BSL-1.0
#include <wali/net/endpoint.hpp>

#include <cstring>

#include "address_text.hpp"

namespace wali {

Parsed<Endpoint> Endpoint::parse(std::string_view text) noexcept {
    // An address of IPv6 is in brackets, because its colons look like that of the port.
    const bool v6 = text.starts_with('[');
    const usize begin = v6 ? 1 : 0;
    const usize end = text.find(v6 ? ']' : ':');
    if (end == std::string_view::npos) return {Errno::INVAL, text.size(), v6 ? "\"]\"" : "\":\" and a port"};
    const auto address = IpAddress::parse(text.substr(begin, end - begin));
    if (!address) return {address, begin};
    if (address.assume_value().is_v6() != v6) return {Errno::INVAL, begin, "an IPv6 address"};
    const usize colon = end + begin;
    if (colon >= text.size() || text[colon] != ':') return {Errno::INVAL, colon, "\":\" and a port"};
    u16 port = 0;
    if (!detail::read_number(text.substr(colon + 1), port, 10, 5))
        return {Errno::INVAL, colon + 1, "a port from 0 to 65535"};
    return Endpoint{address.assume_value(), port};
}

std::string_view Endpoint::format(Text& buffer) const noexcept {
    IpAddress::Text host;
    detail::Writer out(buffer);
    if (address.is_v6()) out.text("[");
    out.text(address.format(host));
    out.text(address.is_v6() ? "]:" : ":");
    out.number(port);
    return out.written();
}

result<Endpoint> Endpoint::from(const SocketAddress& address) noexcept {
    if (address.family() == AddressFamily::INET && address.size() >= sizeof(abi::sockaddr_in)) {
        std::array<u8, 4> bytes;
        std::memcpy(bytes.data(), &reinterpret_cast<const abi::sockaddr_in*>(address.raw())->sin_addr, bytes.size());
        return Endpoint{IpAddress::v4(bytes), address.port()};
    }
    if (address.family() == AddressFamily::INET6 && address.size() >= sizeof(abi::sockaddr_in6)) {
        const auto& raw = *reinterpret_cast<const abi::sockaddr_in6*>(address.raw());
        std::array<u8, 16> bytes;
        std::memcpy(bytes.data(), raw.sin6_addr, bytes.size());
        return Endpoint{IpAddress::v6(bytes, raw.sin6_scope_id), address.port()};
    }
    return Errno::AFNOSUPPORT;
}

Endpoint::operator SocketAddress() const noexcept {
    const u8* bytes = address.bytes().data();
    if (address.is_v4()) return SocketAddress::ipv4({bytes[0], bytes[1], bytes[2], bytes[3]}, port);
    std::array<u8, 16> all;
    std::memcpy(all.data(), bytes, all.size());
    return SocketAddress::ipv6(all, port, address.scope_id());
}

}  // namespace wali
