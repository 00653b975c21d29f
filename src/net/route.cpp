// SPDX-License-Identifier: BSL-1.0
#include <wali/net/route.hpp>

#include <wali/try.hpp>

#include "route_attributes.hpp"

namespace wali {

namespace {

using abi::RouteAttribute;

/// RTA_GATEWAY, or RTA_VIA for one of another family: that number, of 16 bits, and the address.
std::optional<IpAddress> gateway_in(const NetlinkAttributes& attributes, u32 interface) noexcept {
    auto gateway = attributes.find_ip_address(RouteAttribute::GATEWAY);
    if (const auto via = attributes.find(RouteAttribute::VIA); via && via->data().size() > sizeof(u16))
        gateway = NetlinkAttribute(abi::nlattr{}, via->data().subspan(sizeof(u16))).ip_address();
    if (gateway) gateway = detail::in_scope(*gateway, interface);
    return gateway;
}

/// The destination of a default route is not among its attributes.
std::optional<IpAddress> destination_in(const NetlinkAttributes& attributes, AddressFamily family) noexcept {
    const IpAddress any = family == AddressFamily::INET6 ? IpAddress::v6_any() : IpAddress::v4_any();
    const auto destination = attributes.find(RouteAttribute::DST);
    return destination ? destination->ip_address() : any;
}

}  // namespace

std::optional<IpAddress> NextHop::gateway() const noexcept { return gateway_in(attributes_, interface()); }

std::optional<Route> Route::from(const NetlinkMessage& message) noexcept {
    if (!message.is(abi::RouteMessageType::NEWROUTE) && !message.is(abi::RouteMessageType::DELROUTE)) return {};
    const auto head = message.body<abi::rtmsg>();
    if (!head) return {};
    const auto family = static_cast<AddressFamily>(head->rtm_family);
    if (family != AddressFamily::INET && family != AddressFamily::INET6) return {};
    const auto attributes = message.attributes<abi::rtmsg>();
    const auto destination = destination_in(attributes, family);
    if (!destination) return {};

    Route found;
    found.interface = attributes.find_as<u32>(RouteAttribute::OIF).value_or(0);
    const auto cidr = Cidr::of(detail::in_scope(*destination, found.interface), head->rtm_dst_len);
    if (!cidr) return {};
    found.destination = cidr.assume_value();
    found.gateway = gateway_in(attributes, found.interface);
    found.source = attributes.find_ip_address(RouteAttribute::PREFSRC);
    found.metric = attributes.find_as<u32>(RouteAttribute::PRIORITY).value_or(0);
    found.table = static_cast<RouteTable>(attributes.find_as<u32>(RouteAttribute::TABLE).value_or(head->rtm_table));
    found.type = static_cast<RouteType>(head->rtm_type);
    found.protocol = static_cast<RouteProtocol>(head->rtm_protocol);
    found.scope = static_cast<RouteScope>(head->rtm_scope);
    if (const auto ways = attributes.find(RouteAttribute::MULTIPATH))
        found.next_hops = NetlinkRecords<NextHop>(ways->data());
    return found;
}

result<NetlinkList<Route>> Route::list(const NetlinkSocket& socket, MutableBytes room) noexcept {
    NetlinkRequestBuffer<64> everything(abi::RouteMessageType::GETROUTE, NetlinkFlags{}, abi::rtmsg{});
    WALI_TRY(NetlinkAnswer answer, socket.dump(everything, room));
    return NetlinkList<Route>(answer);
}

}  // namespace wali
