// SPDX-License-Identifier: BSL-1.0
#include <wali/net/packet_socket.hpp>

#include <algorithm>
#include <cstring>

#include <wali/try.hpp>

#include "address_text.hpp"

namespace wali {

result<PacketAddress> PacketAddress::from(const SocketAddress& address) noexcept {
    abi::sockaddr_ll raw{};
    if (address.family() != AddressFamily::PACKET) return Errno::AFNOSUPPORT;
    // A longer address than the structure has room for goes on behind it.
    if (address.size() < sizeof raw - sizeof raw.sll_addr) return Errno::AFNOSUPPORT;
    std::memcpy(&raw, address.raw(), std::min<usize>(address.size(), sizeof raw));
    const auto size = std::min<usize>(raw.sll_halen, sizeof raw.sll_addr);
    return PacketAddress{static_cast<u32>(raw.sll_ifindex),
                         static_cast<EthernetProtocol>(detail::swap_bytes(raw.sll_protocol)),
                         HardwareAddress::of(std::span(raw.sll_addr).first(size)),
                         static_cast<PacketType>(raw.sll_pkttype), static_cast<ArpHardware>(raw.sll_hatype)};
}

PacketAddress::operator SocketAddress() const noexcept {
    abi::sockaddr_ll raw{};
    raw.sll_family = static_cast<u16>(abi::bits(AddressFamily::PACKET));
    raw.sll_protocol = detail::swap_bytes(abi::bits(protocol));
    raw.sll_ifindex = static_cast<i32>(interface);
    const ConstBytes bytes = address.bytes();
    if (bytes.size() <= sizeof raw.sll_addr) {
        raw.sll_halen = static_cast<u8>(bytes.size());
        std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::byte*>(raw.sll_addr));
    }
    SocketAddress out;
    std::memcpy(out.out(), &raw, sizeof raw);
    out.set_size(sizeof raw);
    return out;
}

result<PacketSocket> PacketSocket::bind_to(const PacketAddress& address, SocketType type, SocketFlags flags) noexcept {
    WALI_TRY(Socket socket, Socket::create(AddressFamily::PACKET, type, flags));  // of no protocol yet
    WALI_TRY(socket.bind(address));
    return from_socket(std::move(socket));
}

}  // namespace wali
