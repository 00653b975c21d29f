// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cstring>
#include <ranges>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/net/interface_address.hpp>
#include <wali/net/netlink_socket.hpp>
#include <wali/net/network_interface.hpp>
#include <wali/net/route.hpp>

#include "support/network_namespace.hpp"

using wali::Cidr;
using wali::Errno;
using wali::HardwareAddress;
using wali::InterfaceAddress;
using wali::IpAddress;
using wali::NetlinkAddress;
using wali::NetlinkAttributes;
using wali::NetlinkFlags;
using wali::NetlinkMessage;
using wali::NetlinkMessages;
using wali::NetlinkProtocol;
using wali::NetlinkRequestBuffer;
using wali::NetlinkSocket;
using wali::NetworkInterface;
using wali::Route;
using wali::RouteGroup;
using wali::abi::AddressAttribute;
using wali::abi::LinkAttribute;
using wali::abi::LinkInfoAttribute;
using wali::abi::NetlinkMessageType;
using wali::abi::RouteAttribute;
using wali::abi::RouteMessageType;

namespace {

using Room = std::array<std::byte, NetlinkSocket::room_size>;

/// A structure of the kernel's, zeros but for what `fill` sets.
template <class Struct, class Fill>
Struct made(Fill fill) {
    Struct out{};
    fill(out);
    return out;
}

template <class Records>
std::size_t count(const Records& records) {
    std::size_t number = 0;
    for ([[maybe_unused]] const auto record : records) ++number;
    return number;
}

NetlinkSocket route_socket() { return NetlinkSocket::open(NetlinkProtocol::ROUTE).value(); }

/// All of a list; empty where it fails.
template <class Object>
std::vector<Object> all_of(const NetlinkSocket& kernel) {
    static Room room;
    std::vector<Object> found;
    auto list = Object::list(kernel, room).value();
    for (;;) {
        const auto next = list.next();
        if (!next) return {};
        if (!next.value()) return list.interrupted() ? std::vector<Object>() : found;
        found.push_back(*next.value());
    }
}

wali::result<void> set_up(const NetlinkSocket& kernel, wali::u32 index, bool up) {
    Room room;
    const wali::u32 flag = wali::abi::bits(wali::InterfaceFlags::UP);
    const auto link = made<wali::abi::ifinfomsg>([&](auto& head) {
        head.ifi_index = static_cast<int>(index);
        head.ifi_flags = up ? flag : 0;
        head.ifi_change = flag;
    });
    NetlinkRequestBuffer<64> request(RouteMessageType::NEWLINK, NetlinkFlags{}, link);
    return kernel.execute(request, room);
}

wali::result<void> add_address(const NetlinkSocket& kernel, wali::u32 index, const Cidr& cidr) {
    Room room;
    const auto address = made<wali::abi::ifaddrmsg>([&](auto& head) {
        head.ifa_family = 2;
        head.ifa_prefixlen = static_cast<wali::u8>(cidr.prefix_length());
        head.ifa_index = index;
    });
    NetlinkRequestBuffer<128> request(RouteMessageType::NEWADDR, NetlinkFlags::CREATE | NetlinkFlags::EXCL, address);
    CHECK(request.add_ip_address(AddressAttribute::LOCAL, cidr.address()));
    return kernel.execute(request, room);
}

/// A message as the kernel would send it.
template <class Type, class Body>
struct Built : NetlinkRequestBuffer<512> {
    Built(Type type, const Body& body) : NetlinkRequestBuffer(type, NetlinkFlags{}, body) {}
    NetlinkMessage message() const { return *NetlinkMessages(bytes()).begin(); }
};

}  // namespace

TEST_CASE("a netlink request is read back as it was written") {
    Built request(RouteMessageType::NEWLINK, made<wali::abi::ifinfomsg>([&](auto& head) {
                      head.ifi_type = 1;
                      head.ifi_index = 7;
                      head.ifi_flags = 1;
                  }));
    CHECK(request.add_text(LinkAttribute::IFNAME, "eth0"));
    CHECK(request.add_value(LinkAttribute::MTU, wali::u32{1500}));
    CHECK(request.add(LinkAttribute::ADDRESS, std::array<wali::u8, 6>{2, 0, 0x5e, 0x10, 0, 1}));
    CHECK(
        request.add_nested(LinkAttribute::LINKINFO, [&] { return request.add_text(LinkInfoAttribute::KIND, "veth"); }));
    CHECK(request.add_value(LinkAttribute::OPERSTATE, wali::OperationalState::UP));

    const NetlinkMessages messages(request.bytes());
    CHECK(messages.is_whole());
    CHECK(count(messages) == 1);
    const NetlinkMessage message = request.message();
    CHECK(message.is(RouteMessageType::NEWLINK));
    CHECK(contains(message.flags(), NetlinkFlags::REQUEST));
    const auto found = NetworkInterface::from(message);
    REQUIRE(found);
    CHECK(found->index == 7);
    CHECK(found->name == "eth0");
    CHECK(found->kind == "veth");
    CHECK(found->mtu == 1500);
    CHECK(found->has(wali::InterfaceFlags::UP));
    CHECK(found->hardware == wali::ArpHardware::ETHER);
    CHECK(found->state == wali::OperationalState::UP);
    HardwareAddress::Text text;
    CHECK(found->address.format(text) == "02:00:5e:10:00:01");
    CHECK_FALSE(InterfaceAddress::from(message));
    CHECK_FALSE(Route::from(message));
    CHECK(message.outcome().error() == Errno::PROTO);

    const auto first = request.prepare(NetlinkFlags::ACK);
    CHECK(first != 0);
    CHECK(request.prepare(NetlinkFlags::ACK) != first);
    CHECK(contains(request.message().flags(), NetlinkFlags::REQUEST | NetlinkFlags::ACK));
}

TEST_CASE("what does not fit a netlink request leaves it as it was") {
    NetlinkRequestBuffer<48> request(RouteMessageType::NEWLINK, NetlinkFlags{}, wali::abi::ifinfomsg{});
    CHECK(request.bytes().size() == 32);
    CHECK(request.add_text(LinkAttribute::IFNAME, "0123456789ab").error() == Errno::NOBUFS);
    const auto nested = [&] {
        CHECK(request.add_value(LinkInfoAttribute::DATA, wali::u32{1}));
        return request.add_value(LinkInfoAttribute::DATA, wali::u32{2});
    };
    CHECK(request.add_nested(LinkAttribute::LINKINFO, nested).error() == Errno::NOBUFS);
    CHECK(request.bytes().size() == 32);
    CHECK(request.add_text(LinkAttribute::IFNAME, "0123456789a"));
    CHECK(request.bytes().size() == 48);
    CHECK(NetlinkMessages(request.bytes()).is_whole());
    CHECK(request.add(LinkAttribute::IFNAME, std::vector<char>(70000)).error() == Errno::NOBUFS);
}

TEST_CASE("netlink messages end where a length cannot be") {
    Built request(RouteMessageType::NEWLINK, wali::abi::ifinfomsg{});
    CHECK(request.add_text(LinkAttribute::IFNAME, "lo"));
    CHECK(request.add_text(LinkAttribute::QDISC, "noqueue"));
    std::vector<std::byte> bytes(request.bytes().begin(), request.bytes().end());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const NetlinkMessages cut{std::span(bytes).first(size)};
        CHECK(cut.begin() == cut.end());
        CHECK(cut.is_whole() == (size == 0));
    }
    // The length of the message, of its first attribute and of its second one.
    for (const std::size_t place : {0U, 32U, 40U}) {
        for (const wali::u16 length : std::array<wali::u16, 4>{0, 1, 3, 200}) {
            auto wrong = bytes;
            std::memcpy(wrong.data() + place, &length, sizeof length);
            const NetlinkMessages messages{wali::ConstBytes(wrong)};
            CHECK(messages.is_whole() == (place != 0));
            if (place == 0) continue;
            const auto attributes = (*messages.begin()).attributes<wali::abi::ifinfomsg>();
            CHECK_FALSE(attributes.is_whole());
            CHECK(count(attributes) == (place == 32 ? 0U : 1U));
        }
    }
    const NetlinkAttributes none;
    CHECK(none.is_whole());
    CHECK_FALSE(none.find(LinkAttribute::IFNAME));
}

TEST_CASE("records of netlink are ranges for the standard library") {
    static_assert(std::ranges::forward_range<NetlinkMessages> && std::ranges::forward_range<NetlinkAttributes>);
    NetlinkRequestBuffer<128> request(RouteMessageType::NEWLINK, {}, wali::abi::ifinfomsg{});
    CHECK(request.add_text(LinkAttribute::IFNAME, "lo"));
    CHECK(request.add_value(LinkAttribute::MTU, wali::u32{1500}));
    const NetlinkMessages messages(request.bytes());
    CHECK(std::ranges::distance(messages) == 1);
    CHECK(std::ranges::distance(NetlinkMessages()) == 0);
    const NetlinkAttributes attributes = (*messages.begin()).attributes<wali::abi::ifinfomsg>();
    const auto mtu = std::ranges::find_if(attributes, [](const auto& each) { return each.is(LinkAttribute::MTU); });
    REQUIRE(mtu != attributes.end());
    CHECK((*mtu).as<wali::u32>() == 1500U);
    auto names = attributes | std::views::filter([](const auto& each) { return each.is(LinkAttribute::IFNAME); });
    CHECK((*names.begin()).text() == "lo");
}

TEST_CASE("what netlink tells is taken only where it makes sense") {
    const auto interface = [](int index, wali::u8 of, std::string_view name) {
        Built request(RouteMessageType::NEWLINK, made<wali::abi::ifinfomsg>([&](auto& head) {
                          head.ifi_family = of;
                          head.ifi_index = index;
                      }));
        CHECK(request.add_text(LinkAttribute::IFNAME, name));
        return NetworkInterface::from(request.message());
    };
    CHECK(interface(1, 0, "lo"));
    CHECK_FALSE(interface(0, 0, "lo"));
    CHECK_FALSE(interface(-1, 0, "lo"));
    CHECK_FALSE(interface(1, 7, "lo"));  // a port of a bridge
    CHECK_FALSE(interface(1, 0, "a name of 16 byt"));

    Built address(RouteMessageType::DELADDR, made<wali::abi::ifaddrmsg>([&](auto& head) {
                      head.ifa_family = 2;
                      head.ifa_prefixlen = 33;
                  }));
    CHECK(address.add_ip_address(AddressAttribute::LOCAL, IpAddress::v4_loopback()));
    CHECK_FALSE(InterfaceAddress::from(address.message()));
    Built point(RouteMessageType::DELADDR, made<wali::abi::ifaddrmsg>([&](auto& head) {
                    head.ifa_family = 10;
                    head.ifa_prefixlen = 64;
                    head.ifa_index = 3;
                }));
    CHECK_FALSE(InterfaceAddress::from(point.message()));
    CHECK(point.add_ip_address(AddressAttribute::ADDRESS, IpAddress::parse("fe80::2").value()));
    CHECK(point.add_ip_address(AddressAttribute::LOCAL, IpAddress::parse("fe80::1").value()));
    CHECK(point.add_value(AddressAttribute::CACHEINFO, made<wali::abi::ifa_cacheinfo>([&](auto& head) {
                              head.ifa_prefered = 5;
                              head.ifa_valid = ~0U;
                          })));
    const auto taken = InterfaceAddress::from(point.message());
    REQUIRE(taken);
    CHECK(taken->address == Cidr::parse("fe80::1%3/64").value());
    CHECK(taken->peer == IpAddress::parse("fe80::2%3").value());
    CHECK(taken->preferred == std::chrono::seconds(5));
    CHECK(taken->valid == wali::forever());

    Built route(RouteMessageType::NEWROUTE, made<wali::abi::rtmsg>([&](auto& head) {
                    head.rtm_family = 2;
                    head.rtm_table = 254;
                    head.rtm_type = 1;
                }));
    std::array<std::byte, 18> via{std::byte{10}};
    via[2] = std::byte{0xfe};
    via[3] = std::byte{0x80};
    CHECK(route.add(RouteAttribute::VIA, via));
    CHECK(route.add_value(RouteAttribute::OIF, wali::u32{4}));
    struct Way {
        wali::abi::rtnexthop head;
        wali::abi::nlattr attribute;
        std::array<wali::u8, 4> gateway;
    };
    const wali::u16 type = wali::abi::bits(RouteAttribute::GATEWAY);
    const std::array ways{Way{{16, 0, 0, 5}, {8, type}, {192, 0, 2, 1}}, Way{{16, 0, 9, 6}, {8, type}, {192, 0, 2, 2}}};
    CHECK(route.add(RouteAttribute::MULTIPATH, wali::as_bytes(ways)));
    const auto found = Route::from(route.message());
    REQUIRE(found);
    CHECK(found->destination == Cidr());
    CHECK(found->gateway == IpAddress::parse("fe80::%4").value());
    CHECK(found->table == wali::RouteTable::MAIN);
    auto hop = found->next_hops.begin();
    CHECK((*hop).interface() == 5);
    CHECK((*hop).weight() == 1);
    ++hop;
    CHECK((*hop).weight() == 10);
    CHECK((*hop).gateway() == IpAddress::v4({192, 0, 2, 2}));
    CHECK(++hop == found->next_hops.end());
    Built other(RouteMessageType::NEWROUTE, made<wali::abi::rtmsg>([&](auto& head) { head.rtm_family = 28; }));  // MPLS
    CHECK_FALSE(Route::from(other.message()));
}

TEST_CASE("interfaces, addresses and routes are listed") {
    const NetlinkSocket kernel = route_socket();
    CHECK(kernel.local_address().value().port != 0);
    const auto interfaces = all_of<NetworkInterface>(kernel);
    const auto lo = std::ranges::find_if(
        interfaces, [](const NetworkInterface& i) { return i.has(wali::InterfaceFlags::LOOPBACK); });
    REQUIRE(lo != interfaces.end());
    CHECK(lo->index != 0);
    CHECK(lo->mtu > 0);
    CHECK(lo->hardware == wali::ArpHardware::LOOPBACK);
    const auto addresses = all_of<InterfaceAddress>(kernel);
    CHECK(std::ranges::all_of(addresses, [](const InterfaceAddress& a) { return a.interface != 0; }));
    for (const Route& route : all_of<Route>(kernel)) CHECK(route.type != wali::RouteType::UNSPEC);
}

TEST_CASE("the kernel's refusal of a netlink request is its error") {
    const NetlinkSocket kernel = route_socket();
    Room room;
    NetlinkRequestBuffer<64> request(RouteMessageType::GETLINK, NetlinkFlags{},
                                     made<wali::abi::ifinfomsg>([&](auto& head) { head.ifi_index = 0x7fff'fff0; }));
    CHECK(kernel.execute(request, room).error() == wali::Error(Errno::NODEV_, wali::Call::sendto));
    CHECK(kernel.query(request, room).value().next().error() == Errno::NODEV_);
    CHECK(kernel.join(static_cast<RouteGroup>(5000)).error() == wali::Error(Errno::INVAL, wali::Call::setsockopt));
}

TEST_CASE("a datagram of netlink that does not fit its room is an error, and lost") {
    const NetlinkSocket kernel = route_socket();
    std::array<std::byte, 64> room;
    auto list = NetworkInterface::list(kernel, room).value();
    CHECK(list.next().error() == wali::Error(Errno::MSGSIZE, wali::Call::recvmsg));
    CHECK_FALSE(list.next().value());
    // What it says is in the one datagram that was lost: nobody waits for another one.
    NetlinkRequestBuffer<64> request(RouteMessageType::GETLINK, NetlinkFlags{},
                                     made<wali::abi::ifinfomsg>([&](auto& head) { head.ifi_index = 0x7fff'fff0; }));
    const NetlinkSocket other = route_socket();
    auto answer = other.query(request, wali::MutableBytes(room).first(8)).value();
    CHECK(answer.next().error() == Errno::MSGSIZE);
    CHECK_FALSE(answer.next().value());
}

TEST_CASE("what another process sends to a netlink socket is passed over") {
    const NetlinkSocket watcher = NetlinkSocket::open(NetlinkProtocol::USERSOCK, wali::SocketFlags::NONBLOCK).value();
    const NetlinkSocket stranger = NetlinkSocket::open(NetlinkProtocol::USERSOCK).value();
    const NetlinkRequestBuffer<64> request(RouteMessageType::NEWLINK, NetlinkFlags{}, wali::abi::ifinfomsg{});
    const auto sent = stranger.socket().send_to(request.bytes(), watcher.local_address().value());
    std::array<std::byte, 4096> room;
    if (sent) CHECK(watcher.socket().receive(room, wali::MessageFlags::PEEK).value() == request.bytes().size());
    CHECK(watcher.receive(room).error() == wali::Error(Errno::AGAIN, wali::Call::recvmsg));
}

TEST_CASE("changes of interfaces, addresses and routes are told to who watches") {
    test::in_network_namespace([]() -> const char* {
        const NetlinkSocket kernel = route_socket();
        const NetlinkSocket watcher = NetlinkSocket::open(NetlinkProtocol::ROUTE).value();
        for (const RouteGroup group : {RouteGroup::LINK, RouteGroup::IPV4_IFADDR, RouteGroup::IPV4_ROUTE})
            TEST_EXPECT(watcher.join(group).has_value());
        const auto before = all_of<NetworkInterface>(kernel);
        TEST_EXPECT(before.size() >= 1 && !before[0].has(wali::InterfaceFlags::UP));
        const wali::u32 lo = before[0].index;

        TEST_EXPECT(set_up(kernel, lo, true).has_value());
        TEST_EXPECT(add_address(kernel, lo, Cidr::parse("192.0.2.1/24").value()).has_value());
        TEST_EXPECT(add_address(kernel, lo, Cidr::parse("192.0.2.1/24").value()).error() == Errno::EXIST);
        TEST_EXPECT(all_of<NetworkInterface>(kernel)[0].has(wali::InterfaceFlags::UP));
        const auto is_ours = [&](const InterfaceAddress& a) {
            return a.address == Cidr::parse("192.0.2.1/24").value();
        };
        TEST_EXPECT(std::ranges::count_if(all_of<InterfaceAddress>(kernel), is_ours) == 1);
        const auto is_routed = [&](const Route& r) {
            return r.destination == Cidr::parse("192.0.2.1/32").value() && r.interface == lo &&
                   r.type == wali::RouteType::LOCAL && r.table == wali::RouteTable::LOCAL;
        };
        TEST_EXPECT(std::ranges::count_if(all_of<Route>(kernel), is_routed) == 1);

        const auto epoll = wali::Epoll::create().value();
        const auto watch = epoll.add(watcher.fd(), wali::EpollEvents::IN).value();
        std::array<wali::EpollEvent, 1> events;
        bool interface = false;
        bool address = false;
        bool route = false;
        while (!interface || !address || !route) {
            TEST_EXPECT(epoll.wait(events, std::chrono::seconds(60)).value().size() == 1);
            Room room;
            const auto messages = watcher.receive(room);
            TEST_EXPECT(messages.has_value());
            for (const NetlinkMessage message : messages.value()) {
                if (const auto told = NetworkInterface::from(message))
                    interface = interface || (told->index == lo && told->has(wali::InterfaceFlags::UP));
                if (const auto told = InterfaceAddress::from(message)) address = address || is_ours(*told);
                if (const auto told = Route::from(message)) route = route || is_routed(*told);
            }
        }
        TEST_EXPECT(watcher.leave(RouteGroup::LINK).has_value());
        return nullptr;
    });
}

TEST_CASE("who watches too slowly is told that changes were lost") {
    test::in_network_namespace([]() -> const char* {
        const NetlinkSocket kernel = route_socket();
        const NetlinkSocket watcher = NetlinkSocket::open(NetlinkProtocol::ROUTE, wali::SocketFlags::NONBLOCK).value();
        TEST_EXPECT(watcher.set(wali::option::receive_buffer(1)).has_value());
        TEST_EXPECT(watcher.join(RouteGroup::LINK).has_value());
        for (int i = 0; i < 100; ++i) TEST_EXPECT(set_up(kernel, 1, i % 2 == 0).has_value());
        Room room;
        int received = 0;
        for (;;) {
            const auto messages = watcher.receive(room);
            if (messages.has_error()) {
                TEST_EXPECT(messages.error() == wali::Error(Errno::NOBUFS, wali::Call::recvmsg));
                break;
            }
            TEST_EXPECT(++received < 100);
        }
        return nullptr;
    });
}

TEST_CASE("a list says when it was changed while it was read") {
    test::in_network_namespace([]() -> const char* {
        const NetlinkSocket kernel = route_socket();
        const NetlinkSocket changer = route_socket();
        const auto address = [](int i) {
            return Cidr::of(IpAddress::v4({10, 0, static_cast<wali::u8>(i / 256), static_cast<wali::u8>(i)}), 32)
                .value();
        };
        constexpr int count = 300;
        for (int i = 0; i < count; ++i) TEST_EXPECT(add_address(changer, 1, address(i)).has_value());
        for (const bool changed : {false, true}) {
            std::array<std::byte, 4096> room;
            auto list = InterfaceAddress::list(kernel, room).value();
            TEST_EXPECT(list.next().value().has_value());
            if (changed) TEST_EXPECT(add_address(changer, 1, address(count)).has_value());
            int seen = 1;
            for (;;) {
                const auto next = list.next();
                TEST_EXPECT(next.has_value());
                if (!next.value()) break;
                ++seen;
            }
            TEST_EXPECT(seen >= count);
            TEST_EXPECT(list.interrupted() == changed);
        }
        return nullptr;
    });
}

TEST_CASE("a netlink address is none of another family") {
    CHECK(NetlinkAddress::from(NetlinkAddress{7, 3}).value() == NetlinkAddress{7, 3});
    CHECK(NetlinkAddress::from(wali::SocketAddress::ipv4_any(1)).error() == Errno::AFNOSUPPORT);
}
