// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/duration.hpp>
#include <wali/net/cidr.hpp>
#include <wali/net/netlink_message.hpp>
#include <wali/net/netlink_socket.hpp>

WALI_EXPORT namespace wali {
using abi::AddressFlags;
using abi::RouteScope;

/// An IP address of an interface, as rtnetlink(7) tells it in messages of RouteMessageType::NEWADDR and DELADDR. A
/// value.
struct InterfaceAddress {
    u32 interface = 0;                ///< the number of its interface
    Cidr address{};                   ///< with the length of its network's prefix; a link-local one has the scope
    std::optional<IpAddress> peer{};  ///< of a link between two: who is at the other end
    AddressFlags flags{};             ///< such as TENTATIVE: not yet to be used
    RouteScope scope{};               ///< how far it is known
    Duration preferred = forever();   ///< how long it may be used for new connections
    Duration valid = forever();       ///< how long it is there

    /// Out of a message; nothing if that tells of something else.
    static std::optional<InterfaceAddress> from(const NetlinkMessage& message) noexcept;

    /// Those of all interfaces: see NetlinkSocket::dump, getsockname(2) and sendto(2), tier spec. The socket is of
    /// NetlinkProtocol::ROUTE. Changes are told to RouteGroup::IPV4_IFADDR and IPV6_IFADDR.
    static result<NetlinkList<InterfaceAddress>> list(const NetlinkSocket& socket WALI_LIFETIMEBOUND,
                                                      MutableBytes room WALI_LIFETIMEBOUND) noexcept;
};

}  // namespace wali
