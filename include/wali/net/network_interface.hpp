// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/net/hardware_address.hpp>
#include <wali/net/netlink_message.hpp>
#include <wali/net/netlink_socket.hpp>
#include <wali/net/socket_option.hpp>

WALI_EXPORT namespace wali {
using abi::ArpHardware;
using abi::InterfaceFlags;
using abi::OperationalState;

/// An interface of this machine, as rtnetlink(7) tells it in messages of RouteMessageType::NEWLINK and DELLINK. A
/// value.
struct NetworkInterface {
    u32 index = 0;             ///< its number, which addresses and routes have
    ShortName name{};          ///< which may change
    ShortName kind{};          ///< "veth", "bridge", "tun", ...; empty for hardware and the loopback
    ArpHardware hardware{};    ///< what its link is
    InterfaceFlags flags{};    ///< such as UP: somebody has switched it on
    OperationalState state{};  ///< whether packets get through
    u32 mtu = 0;               ///< the largest packet, in bytes
    u32 link = 0;              ///< the interface that it lies on, such as that of a VLAN; 0 for none
    u32 master = 0;            ///< the bridge or bond that it belongs to; 0 for none
    HardwareAddress address{};

    /// Whether all of `wanted` is set: `interface.has(InterfaceFlags::UP)`.
    constexpr bool has(InterfaceFlags wanted) const noexcept { return contains(flags, wanted); }

    /// Out of a message; nothing if that tells of something else, such as of a port to a bridge.
    static std::optional<NetworkInterface> from(const NetlinkMessage& message) noexcept;

    /// All of them: see NetlinkSocket::dump, getsockname(2) and sendto(2), tier spec. The socket is of
    /// NetlinkProtocol::ROUTE. Changes are told to RouteGroup::LINK.
    static result<NetlinkList<NetworkInterface>> list(const NetlinkSocket& socket WALI_LIFETIMEBOUND,
                                                      MutableBytes room WALI_LIFETIMEBOUND) noexcept;
};

}  // namespace wali
