// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/net.hpp>
#include <wali/net/hardware_address.hpp>
#include <wali/net/socket_kind.hpp>

WALI_EXPORT namespace wali {
using abi::ArpHardware;
using abi::EthernetProtocol;
using abi::PacketType;

/// Where a packet comes from or goes to on its link: see packet(7). A value, which makes no system call.
struct PacketAddress {
    u32 interface = 0;            ///< the number of the interface; to bind: 0 for all
    EthernetProtocol protocol{};  ///< what the packet carries; to bind: ALL for everything
    HardwareAddress address{};    ///< who sent it, or shall get it; of 8 bytes at most
    PacketType type{};            ///< received: for whom it is
    ArpHardware hardware{};       ///< received: what the link is

    /// From the kernel's form: AFNOSUPPORT if it is of another family, or cut off.
    static result<PacketAddress> from(const SocketAddress& address) noexcept;
    /// An address of more than 8 bytes becomes one of none.
    operator SocketAddress() const noexcept;

    /// Compares all of them.
    constexpr bool operator==(const PacketAddress&) const noexcept = default;
};

/// A socket for whole packets of an interface, below IP: see packet(7) and Socket. All that come and go are received.
class PacketSocket : public DatagramKind<PacketSocket, PacketAddress> {
  public:
    PacketSocket() noexcept = default;

    /// socket(2) and bind(2), tier spec: packets of one interface or all, of one protocol or ALL. They come and are
    /// sent with the header of the link. Nothing of another interface gets in before bind(2). Errors: PERM without
    /// CAP_NET_RAW, NODEV_, NETDOWN (the interface is not up; bound all the same), MFILE, NFILE.
    static result<PacketSocket> bind_to(const PacketAddress& address, SocketFlags flags = SocketFlags{}) noexcept {
        return bind_to(address, SocketType::RAW, flags);
    }
    /// The same without the header of the link: received packets begin behind it, and PacketAddress says what was in
    /// it; sent ones get one.
    static result<PacketSocket> bind_without_header(const PacketAddress& address,
                                                    SocketFlags flags = SocketFlags{}) noexcept {
        return bind_to(address, SocketType::DGRAM, flags);
    }

  private:
    static result<PacketSocket> bind_to(const PacketAddress& address, SocketType type, SocketFlags flags) noexcept;
};

}  // namespace wali
