// SPDX-License-Identifier: BSL-1.0
// netlink-watch: the interfaces, addresses and routes of this machine, and then each change of them as it happens,
// until a signal ends it.
//
// The groups are joined before the lists are read, so no change falls between them. When there are more changes than
// the socket's buffer holds, the kernel says so and everything is listed again.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <wali/try.hpp>

import wali;

namespace {

using wali::RouteGroup;
using wali::abi::RouteMessageType;

template <class Value>
std::string text_of(const Value& value) {
    typename Value::Text text;
    return std::string(value.format(text));
}

void print(std::string_view what, const wali::NetworkInterface& interface) {
    std::printf("%s interface %u %s %s mtu %u", std::string(what).c_str(), interface.index,
                std::string(interface.name.text()).c_str(), interface.has(wali::InterfaceFlags::UP) ? "up" : "down",
                interface.mtu);
    if (!interface.kind.text().empty()) std::printf(" kind %s", std::string(interface.kind.text()).c_str());
    if (!interface.address.bytes().empty()) std::printf(" address %s", text_of(interface.address).c_str());
    std::puts("");
}

void print(std::string_view what, const wali::InterfaceAddress& address) {
    std::printf("%s address %s interface %u", std::string(what).c_str(), text_of(address.address).c_str(),
                address.interface);
    if (address.peer) std::printf(" peer %s", text_of(*address.peer).c_str());
    std::puts("");
}

void print(std::string_view what, const wali::Route& route) {
    std::printf("%s route %s", std::string(what).c_str(), text_of(route.destination).c_str());
    if (route.gateway) std::printf(" gateway %s", text_of(*route.gateway).c_str());
    if (route.interface != 0) std::printf(" interface %u", route.interface);
    for (const wali::NextHop hop : route.next_hops)
        std::printf(" hop %s interface %u weight %u", hop.gateway() ? text_of(*hop.gateway()).c_str() : "-",
                    hop.interface(), hop.weight());
    std::printf(" table %u\n", static_cast<unsigned>(route.table));
}

/// All objects of a kind, again if they change meanwhile.
template <class Object>
wali::result<void> print_list(const wali::NetlinkSocket& kernel) {
    for (;;) {
        std::array<std::byte, wali::NetlinkSocket::room_size> room;
        WALI_TRY(auto list, Object::list(kernel, room));
        for (;;) {
            WALI_TRY(const auto next, list.next());
            if (!next) break;
            print("=", *next);
        }
        if (!list.interrupted()) return wali::success();
        std::puts("changed meanwhile, once more");
    }
}

wali::result<void> print_lists(const wali::NetlinkSocket& kernel) {
    WALI_TRY(print_list<wali::NetworkInterface>(kernel));
    WALI_TRY(print_list<wali::InterfaceAddress>(kernel));
    WALI_TRY(print_list<wali::Route>(kernel));
    std::puts("watching");
    return wali::success();
}

bool is_removal(const wali::NetlinkMessage& message) {
    return message.is(RouteMessageType::DELLINK) || message.is(RouteMessageType::DELADDR) ||
           message.is(RouteMessageType::DELROUTE);
}

void print_change(const wali::NetlinkMessage& message) {
    const std::string_view what = is_removal(message) ? "-" : "+";
    if (const auto interface = wali::NetworkInterface::from(message)) print(what, *interface);
    if (const auto address = wali::InterfaceAddress::from(message)) print(what, *address);
    if (const auto route = wali::Route::from(message)) print(what, *route);
}

wali::result<void> watch() {
    WALI_TRY(const auto kernel, wali::NetlinkSocket::open(wali::NetlinkProtocol::ROUTE));
    WALI_TRY(const auto watcher, wali::NetlinkSocket::open(wali::NetlinkProtocol::ROUTE));
    for (const RouteGroup group : {RouteGroup::LINK, RouteGroup::IPV4_IFADDR, RouteGroup::IPV6_IFADDR,
                                   RouteGroup::IPV4_ROUTE, RouteGroup::IPV6_ROUTE})
        WALI_TRY(watcher.join(group));
    WALI_TRY(print_lists(kernel));
    for (;;) {
        std::fflush(stdout);
        std::array<std::byte, wali::NetlinkSocket::room_size> room;
        const auto messages = wali::retry_interrupted([&] { return watcher.receive(room); });
        if (messages) {
            for (const wali::NetlinkMessage message : messages.value()) print_change(message);
        } else if (messages.error() == wali::Errno::NOBUFS) {
            std::puts("changes were lost, everything once more");
            WALI_TRY(print_lists(kernel));
        } else {
            return messages.error();
        }
    }
}

}  // namespace

int main(int argc, char**) {
    if (argc > 1) {
        std::fputs("usage: netlink-watch\n", stderr);
        return 2;
    }
    return wali::exit_status("netlink-watch", watch());
}
