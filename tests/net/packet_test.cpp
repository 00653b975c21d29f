// SPDX-License-Identifier: BSL-1.0
// Raw and packet sockets, and the interfaces that a program makes: in a network of their own.
#include <array>
#include <cstring>

#include <doctest/doctest.h>

#include <wali/net/interface_address.hpp>
#include <wali/net/network_interface.hpp>
#include <wali/net/packet_socket.hpp>
#include <wali/net/raw_socket.hpp>
#include <wali/net/tun_device.hpp>
#include <wali/net/udp.hpp>

#include "support/network_namespace.hpp"

using wali::Errno;
using wali::EthernetProtocol;
using wali::IpAddress;
using wali::NetlinkSocket;
using wali::PacketAddress;
using wali::PacketSocket;
using wali::RawSocket;
using wali::TunDevice;
using wali::UdpSocket;

namespace {

/// Switches an interface on, and gives it 192.0.2.1/24 if it is not the loopback.
wali::result<void> set_up(wali::u32 index, bool with_address) {
    const NetlinkSocket kernel = NetlinkSocket::open(wali::NetlinkProtocol::ROUTE).value();
    std::array<std::byte, 4096> room;
    wali::abi::ifinfomsg link{};
    link.ifi_index = static_cast<int>(index);
    link.ifi_flags = link.ifi_change = wali::abi::bits(wali::InterfaceFlags::UP);
    wali::NetlinkRequestBuffer<64> up(wali::abi::RouteMessageType::NEWLINK, wali::NetlinkFlags{}, link);
    const auto done = kernel.execute(up, room);
    if (!done || !with_address) return done;
    wali::abi::ifaddrmsg head{};
    head.ifa_family = 2;
    head.ifa_prefixlen = 24;
    head.ifa_index = index;
    wali::NetlinkRequestBuffer<64> add(wali::abi::RouteMessageType::NEWADDR, wali::NetlinkFlags::CREATE, head);
    CHECK(add.add_ip_address(wali::abi::AddressAttribute::LOCAL, IpAddress::v4({192, 0, 2, 1})));
    return kernel.execute(add, room);
}

wali::u32 index_of(const wali::ShortName& name) {
    const NetlinkSocket kernel = NetlinkSocket::open(wali::NetlinkProtocol::ROUTE).value();
    std::array<std::byte, NetlinkSocket::room_size> room;
    auto list = wali::NetworkInterface::list(kernel, room).value();
    for (;;) {
        const auto next = list.next().value();
        if (!next || next->name == name) return next ? next->index : 0;
    }
}

/// Where the payload of an IPv4 packet over UDP begins.
constexpr std::size_t udp_payload = 20 + 8;

}  // namespace

TEST_CASE("a raw socket is one of IP, and of no other family") {
    const wali::Error refused(wali::Errno::AFNOSUPPORT, wali::Call::socket);
    // For Unix sockets the number of ICMP is their own.
    CHECK(RawSocket::create(wali::AddressFamily::UNIX, wali::IpProtocol::ICMP).error() == refused);
    CHECK(RawSocket::create(wali::AddressFamily::PACKET, wali::IpProtocol::ICMP).error() == refused);
}

TEST_CASE("a raw socket speaks a protocol of its own") {
    test::in_network_namespace([]() -> const char* {
        TEST_EXPECT(set_up(1, false).has_value());
        const RawSocket socket = RawSocket::create(wali::AddressFamily::INET, wali::IpProtocol::ICMP).value();
        TEST_EXPECT(socket.bind(IpAddress::v4_loopback()).has_value());
        // An echo request with number 7; its checksum is the complement of the rest.
        const std::array<wali::u8, 8> question{8, 0, 0xf7, 0xf8, 0, 7, 0, 0};
        const wali::Endpoint here{IpAddress::v4_loopback(), 0};
        TEST_EXPECT(socket.send_to(question, here).value() == question.size());
        std::array<wali::u8, 64> packet{};
        do {  // the question comes by, too
            const auto received = socket.receive_from(packet);
            TEST_EXPECT(received.has_value() && received.value().size == 28 && received.value().from == here);
        } while (packet[20] == 8);
        TEST_EXPECT(packet[20] == 0 && packet[25] == 7);
        return nullptr;
    });
}

TEST_CASE("a packet socket sees what passes an interface") {
    test::in_network_namespace([]() -> const char* {
        TEST_EXPECT(set_up(1, false).has_value());
        const PacketSocket whole = PacketSocket::bind_to({.interface = 1, .protocol = EthernetProtocol::IP}).value();
        const PacketSocket cooked =
            PacketSocket::bind_without_header({.interface = 1, .protocol = EthernetProtocol::IP}).value();
        TEST_EXPECT(cooked.local_address().value().interface == 1);
        const UdpSocket udp = UdpSocket::create(wali::AddressFamily::INET).value();
        TEST_EXPECT(udp.send_to("hello", {IpAddress::v4_loopback(), 9}).has_value());
        std::array<char, 256> packet{};
        const auto frame = whole.receive_from(packet);
        TEST_EXPECT(frame.has_value() && std::memcmp(packet.data() + 14 + udp_payload, "hello", 5) == 0);
        packet = {};
        const auto received = cooked.receive_from(packet);
        TEST_EXPECT(received.has_value() && std::memcmp(packet.data() + udp_payload, "hello", 5) == 0);
        const PacketAddress& from = received.value().from;
        TEST_EXPECT(from.interface == 1 && from.protocol == EthernetProtocol::IP);
        TEST_EXPECT(from.hardware == wali::ArpHardware::LOOPBACK && from.address.bytes().size() == 6);
        TEST_EXPECT(PacketSocket::bind_to({.interface = 99}).error() == wali::Error(Errno::NODEV_, wali::Call::bind));
        return nullptr;
    });
}

TEST_CASE("an address of a packet has no more than 8 bytes") {
    const PacketAddress short_one{
        .interface = 3, .protocol = EthernetProtocol::ARP, .address = wali::HardwareAddress::of("\1\2\3\4\5\6\7\10")};
    CHECK(PacketAddress::from(short_one).value() == short_one);
    CHECK(PacketAddress::from(PacketAddress{.address = wali::HardwareAddress::of("123456789")}).value() ==
          PacketAddress{});
    CHECK(PacketAddress::from(wali::SocketAddress::ipv4_any(1)).error() == Errno::AFNOSUPPORT);
    wali::SocketAddress cut = short_one;
    cut.set_size(8);
    CHECK(PacketAddress::from(cut).error() == Errno::AFNOSUPPORT);
}

TEST_CASE("a program is the other end of a TUN device") {
    test::in_network_namespace([]() -> const char* {
        auto opened = TunDevice::open_tun("test%d", {.non_blocking = true});
        if (!opened && (opened.error() == Errno::NOENT || opened.error() == Errno::NODEV_)) {
            std::fputs("skipped: this machine has no TUN devices\n", stderr);
            return nullptr;
        }
        TEST_EXPECT(opened.has_value());
        TunDevice tun = std::move(opened).value();
        TEST_EXPECT(tun.name().value() == "test0");
        TEST_EXPECT(TunDevice::open_tun("test0").error() == wali::Error(Errno::BUSY, wali::Call::ioctl));
        TEST_EXPECT(TunDevice::open_tun("a/b").error() == Errno::INVAL);
        const wali::u32 index = index_of("test0");
        TEST_EXPECT(index != 0 && set_up(index, true).has_value());

        const UdpSocket udp = UdpSocket::bind_to({IpAddress::v4({192, 0, 2, 1}), 4000}).value();
        TEST_EXPECT(udp.send_to("question", {IpAddress::v4({192, 0, 2, 2}), 9}).has_value());
        std::array<char, 1500> packet{};
        std::size_t size = 0;
        do {  // IPv6 has something to say, too
            const auto read = tun.read(packet);
            TEST_EXPECT(read.has_value());
            size = read.value();
        } while (packet[0] != 0x45);
        TEST_EXPECT(size == udp_payload + 8 && std::memcmp(packet.data() + udp_payload, "question", 8) == 0);

        // The answer goes the other way: addresses and ports change places, so checksums stay.
        for (const std::size_t place : {12U, 13U, 14U, 15U}) std::swap(packet[place], packet[place + 4]);
        for (const std::size_t place : {20U, 21U}) std::swap(packet[place], packet[place + 2]);
        TEST_EXPECT(tun.write(std::span(packet).first(size)).value() == size);
        std::array<char, 16> text{};
        const auto answer = udp.receive_from(text);
        TEST_EXPECT(answer.value().size == 8 && answer.value().from.address == IpAddress::v4({192, 0, 2, 2}));

        TEST_EXPECT(tun.set_persistent(true).has_value() && tun.close().has_value() && index_of("test0") == index);
        TEST_EXPECT(TunDevice::open_tun("test0").value().set_persistent(false).has_value());
        TEST_EXPECT(index_of("test0") == 0);
        return nullptr;
    });
}

TEST_CASE("a TAP device has Ethernet frames") {
    test::in_network_namespace([]() -> const char* {
        auto opened = TunDevice::open_tap("tap0");
        if (!opened && (opened.error() == Errno::NOENT || opened.error() == Errno::NODEV_)) return nullptr;
        TEST_EXPECT(opened.has_value());
        const wali::u32 index = index_of("tap0");
        TEST_EXPECT(index != 0 && set_up(index, true).has_value());
        const UdpSocket udp = UdpSocket::create(wali::AddressFamily::INET).value();
        TEST_EXPECT(udp.send_to("x", {IpAddress::v4({192, 0, 2, 2}), 9}).has_value());
        std::array<wali::u8, 1500> frame{};
        do TEST_EXPECT(opened.value().read(frame).has_value());
        while (frame[12] != 8 || frame[13] != 6);  // ARP asks for the address
        return nullptr;
    });
}
