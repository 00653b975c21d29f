// SPDX-License-Identifier: BSL-1.0
// Any bytes as received netlink messages: messages, attributes, those inside of attributes and next hops lie within the
// memory, each behind the one before; and whatever is asked has an answer.
#include <cstdint>
#include <memory>

#include <wali/net/interface_address.hpp>
#include <wali/net/network_interface.hpp>
#include <wali/net/route.hpp>

namespace {

/// Where the next record must begin at the earliest, and all must end.
struct Place {
    const std::byte* at;
    const std::byte* end;
    void check(wali::ConstBytes bytes) {
        if (bytes.data() < at || bytes.data() + bytes.size() > end) __builtin_trap();
        at = bytes.data() + bytes.size();
    }
};

void check_attributes(const wali::NetlinkAttributes& attributes, wali::ConstBytes around, int depth) {
    Place place{around.data(), around.data() + around.size()};
    for (const wali::NetlinkAttribute attribute : attributes) {
        place.check(attribute.data());
        if (attribute.text().size() > attribute.data().size()) __builtin_trap();
        if (attribute.ip_address() && attribute.data().size() != attribute.ip_address()->bytes().size())
            __builtin_trap();
        if (depth < 4) check_attributes(attribute.attributes(), attribute.data(), depth + 1);
    }
}

void check_message(const wali::NetlinkMessage& message) {
    check_attributes(message.attributes<wali::abi::ifinfomsg>(), message.payload(), 0);
    (void)message.outcome();
    if (const auto interface = wali::NetworkInterface::from(message)) {
        wali::HardwareAddress::Text text;
        if (interface->address.format(text).size() > 3 * interface->address.bytes().size()) __builtin_trap();
    }
    if (const auto address = wali::InterfaceAddress::from(message)) {
        wali::Cidr::Text text;
        if (!wali::Cidr::parse(address->address.format(text))) __builtin_trap();
    }
    if (const auto route = wali::Route::from(message)) {
        for (const wali::NextHop hop : route->next_hops)
            if (hop.weight() == 0 || (hop.gateway() && hop.gateway()->bytes().empty())) __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Memory of exactly this size, so that a byte behind it is noticed.
    const auto copy = std::make_unique<std::byte[]>(size);
    for (std::size_t i = 0; i < size; ++i) copy[i] = static_cast<std::byte>(data[i]);
    const wali::ConstBytes bytes(std::span<const std::byte>(copy.get(), size));
    const wali::NetlinkMessages messages(bytes);
    Place place{bytes.data(), bytes.data() + size};
    for (const wali::NetlinkMessage message : messages) {
        place.check(message.payload());
        check_message(message);
    }
    (void)messages.is_whole();
    return 0;
}
