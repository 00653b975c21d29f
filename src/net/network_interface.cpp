// SPDX-License-Identifier: BSL-1.0
#include <wali/net/network_interface.hpp>

#include <wali/abi/structs/net.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

/// Nothing for a text that is too long.
std::optional<ShortName> short_name(std::string_view text) noexcept {
    if (text.size() > ShortName::size_max) return {};
    return ShortName(text);
}

}  // namespace

std::optional<NetworkInterface> NetworkInterface::from(const NetlinkMessage& message) noexcept {
    using abi::LinkAttribute;
    if (!message.is(abi::RouteMessageType::NEWLINK) && !message.is(abi::RouteMessageType::DELLINK)) return {};
    const auto head = message.body<abi::ifinfomsg>();
    // Of family BRIDGE it is about a port, which may leave the bridge and stay an interface.
    if (!head || head->ifi_family != abi::bits(AddressFamily::UNSPEC) || head->ifi_index <= 0) return {};
    const auto attributes = message.attributes<abi::ifinfomsg>();
    const auto name = short_name(attributes.find_text(LinkAttribute::IFNAME));
    if (!name) return {};

    NetworkInterface found;
    found.index = static_cast<u32>(head->ifi_index);
    found.name = *name;
    found.hardware = static_cast<ArpHardware>(head->ifi_type);
    found.flags = static_cast<InterfaceFlags>(head->ifi_flags);
    if (const auto info = attributes.find(LinkAttribute::LINKINFO))
        found.kind = short_name(info->attributes().find_text(abi::LinkInfoAttribute::KIND)).value_or(ShortName());
    found.state = static_cast<OperationalState>(attributes.find_as<u8>(LinkAttribute::OPERSTATE).value_or(0));
    found.mtu = attributes.find_as<u32>(LinkAttribute::MTU).value_or(0);
    found.link = attributes.find_as<u32>(LinkAttribute::LINK).value_or(0);
    found.master = attributes.find_as<u32>(LinkAttribute::MASTER).value_or(0);
    if (const auto address = attributes.find(LinkAttribute::ADDRESS))
        found.address = HardwareAddress::of(address->data());
    return found;
}

result<NetlinkList<NetworkInterface>> NetworkInterface::list(const NetlinkSocket& socket, MutableBytes room) noexcept {
    NetlinkRequestBuffer<64> everything(abi::RouteMessageType::GETLINK, NetlinkFlags{}, abi::ifinfomsg{});
    WALI_TRY(NetlinkAnswer answer, socket.dump(everything, room));
    return NetlinkList<NetworkInterface>(answer);
}

}  // namespace wali
