// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/core/bytes.hpp>
#include <wali/net/cidr.hpp>
#include <wali/net/netlink_message.hpp>
#include <wali/net/netlink_socket.hpp>

WALI_EXPORT namespace wali {
using abi::RouteProtocol;
using abi::RouteScope;
using abi::RouteTable;
using abi::RouteType;

/// One of several ways that a route shares its packets out to.
class WALI_VIEW NextHop {
  public:
    /// For NetlinkRecords: the head, and the length in it.
    using Head = abi::rtnexthop;
    static constexpr usize length(const Head& head) noexcept { return head.rtnh_len; }
    NextHop(const Head& head, ConstBytes attributes) noexcept : head_(head), attributes_(attributes) {}

    /// The number of the interface that it leaves by.
    u32 interface() const noexcept { return static_cast<u32>(head_.rtnh_ifindex); }
    /// Its share of the packets, by the sum of all shares.
    u32 weight() const noexcept { return u32{head_.rtnh_hops} + 1; }
    /// The router that it goes to; nothing if its destinations are on the link.
    std::optional<IpAddress> gateway() const noexcept;

  private:
    Head head_;
    NetlinkAttributes attributes_;
};

/// A route, as rtnetlink(7) tells it in messages of RouteMessageType::NEWROUTE and DELROUTE. A value, but for
/// `next_hops`, which view the message.
struct Route {
    Cidr destination{};                  ///< what it is for; 0.0.0.0/0 or ::/0 for the default route
    std::optional<IpAddress> gateway{};  ///< the router that it goes to
    std::optional<IpAddress> source{};   ///< the address that packets get that have none
    u32 interface = 0;                   ///< the number of the interface that it leaves by; 0 if next_hops say
    u32 metric = 0;                      ///< of several for the same destination, the least counts
    RouteTable table{};                  ///< where it is looked up: usually MAIN or LOCAL
    RouteType type{};                    ///< such as UNICAST, or UNREACHABLE
    RouteProtocol protocol{};            ///< who made it
    RouteScope scope{};                  ///< how far its destinations are
    NetlinkRecords<NextHop> next_hops{};

    /// Out of a message; nothing if that tells of something else, or of a route of neither IPv4 nor IPv6.
    static std::optional<Route> from(const NetlinkMessage& message) noexcept;

    /// Those of all tables: see NetlinkSocket::dump, getsockname(2) and sendto(2), tier spec. The socket is of
    /// NetlinkProtocol::ROUTE. Changes are told to RouteGroup::IPV4_ROUTE and IPV6_ROUTE; but not that routes of IPv4
    /// go because their interface is switched off.
    static result<NetlinkList<Route>> list(const NetlinkSocket& socket WALI_LIFETIMEBOUND,
                                           MutableBytes room WALI_LIFETIMEBOUND) noexcept;
};

}  // namespace wali
