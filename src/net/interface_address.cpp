// SPDX-License-Identifier: BSL-1.0
#include <wali/net/interface_address.hpp>

#include <wali/abi/structs/net.hpp>
#include <wali/try.hpp>

#include "route_attributes.hpp"

namespace wali {

namespace {

Duration lifetime(u32 seconds) noexcept {
    constexpr u32 without_end = ~u32{0};
    return seconds == without_end ? forever() : std::chrono::seconds(seconds);
}

}  // namespace

std::optional<InterfaceAddress> InterfaceAddress::from(const NetlinkMessage& message) noexcept {
    using abi::AddressAttribute;
    if (!message.is(abi::RouteMessageType::NEWADDR) && !message.is(abi::RouteMessageType::DELADDR)) return {};
    const auto head = message.body<abi::ifaddrmsg>();
    if (!head) return {};
    const auto attributes = message.attributes<abi::ifaddrmsg>();
    // ADDRESS is the other end's where LOCAL is there and differs.
    const auto address = attributes.find_ip_address(AddressAttribute::ADDRESS);
    const auto local = attributes.find_ip_address(AddressAttribute::LOCAL);
    const auto own = local ? local : address;
    if (!own) return {};
    const auto cidr = Cidr::of(detail::in_scope(*own, head->ifa_index), head->ifa_prefixlen);
    if (!cidr) return {};

    InterfaceAddress found;
    found.interface = head->ifa_index;
    found.address = cidr.assume_value();
    if (local && address && *local != *address) found.peer = detail::in_scope(*address, head->ifa_index);
    found.flags =
        static_cast<AddressFlags>(attributes.find_as<u32>(AddressAttribute::FLAGS).value_or(u32{head->ifa_flags}));
    found.scope = static_cast<RouteScope>(head->ifa_scope);
    if (const auto times = attributes.find_as<abi::ifa_cacheinfo>(AddressAttribute::CACHEINFO)) {
        found.preferred = lifetime(times->ifa_prefered);
        found.valid = lifetime(times->ifa_valid);
    }
    return found;
}

result<NetlinkList<InterfaceAddress>> InterfaceAddress::list(const NetlinkSocket& socket, MutableBytes room) noexcept {
    NetlinkRequestBuffer<64> everything(abi::RouteMessageType::GETADDR, NetlinkFlags{}, abi::ifaddrmsg{});
    WALI_TRY(NetlinkAnswer answer, socket.dump(everything, room));
    return NetlinkList<InterfaceAddress>(answer);
}

}  // namespace wali
