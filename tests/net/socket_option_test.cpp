// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <optional>

#include <doctest/doctest.h>

#include <wali/net/socket.hpp>
#include <wali/net/udp.hpp>
#include <wali/process/process.hpp>

using namespace std::chrono_literals;
using wali::AddressFamily;
using wali::Errno;
using wali::option;
using wali::Socket;
using wali::SocketType;

TEST_CASE("flags and numbers read back as they were set") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK_FALSE(socket.get(option::reuse_address).value());
    CHECK(socket.set(option::reuse_address(true)));
    CHECK(socket.get(option::reuse_address).value());
    CHECK(socket.set(option::keep_alive(true)));
    CHECK(socket.get(option::keep_alive).value());
    CHECK(socket.set(option::reuse_port(true)));
    CHECK(socket.get(option::reuse_port).value());
    CHECK(socket.set(option::send_buffer(16384)));
    CHECK(socket.get(option::send_buffer).value() == 32768);
    CHECK(socket.set(option::tcp::no_delay(true)));
    CHECK(socket.get(option::tcp::no_delay).value());
    CHECK(socket.set(option::tcp::keep_count(4)));
    CHECK(socket.get(option::tcp::keep_count).value() == 4);
    CHECK(socket.get(option::type).value() == SocketType::STREAM);
    CHECK_FALSE(socket.get(option::listening).value());
}

TEST_CASE("times cross in the unit of each option, rounded up") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.get(option::receive_timeout).value() == wali::forever());
    CHECK(socket.set(option::receive_timeout(1500ms)));
    // The kernel rounds to its clock ticks, at most 10 ms apart.
    CHECK(socket.get(option::receive_timeout).value() >= 1500ms);
    CHECK(socket.get(option::receive_timeout).value() <= 1510ms);
    CHECK(socket.set(option::receive_timeout(wali::forever())));
    CHECK(socket.get(option::receive_timeout).value() == wali::forever());
    CHECK(socket.set(option::linger(3s)));
    CHECK(socket.get(option::linger).value() == 3s);
    CHECK(socket.set(option::linger(std::nullopt)));
    CHECK_FALSE(socket.get(option::linger).value().has_value());
    CHECK(socket.set(option::tcp::keep_idle(1500ms)));
    CHECK(socket.get(option::tcp::keep_idle).value() == 2s);
    CHECK(socket.set(option::tcp::user_timeout(1us)));
    CHECK(socket.get(option::tcp::user_timeout).value() == 1ms);
}

TEST_CASE("a time that has passed is the shortest timeout and not none") {
    const Socket::Pair pair = Socket::pair().value();
    for (const wali::Duration passed : {wali::Duration(0), wali::Duration(-5)}) {
        CHECK(pair.first.set(option::receive_timeout(passed)));
        std::array<std::byte, 1> buffer{};
        CHECK(pair.first.receive(buffer).error() == Errno::AGAIN);
    }
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.set(option::tcp::user_timeout(0s)));
    CHECK(socket.get(option::tcp::user_timeout).value() == 1ms);
}

TEST_CASE("a time that an option cannot hold is the longest that it can") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    for (const auto& setting : {option::tcp::keep_idle(std::chrono::hours::max()), option::tcp::keep_idle(24h),
                                option::tcp::keep_idle(wali::forever())}) {
        CHECK(socket.set(setting));
        CHECK(socket.get(option::tcp::keep_idle).value() == 32767s);
    }
    CHECK(socket.set(option::tcp::keep_interval(wali::forever())));
    CHECK(socket.get(option::tcp::keep_interval).value() == 32767s);
    CHECK(socket.set(option::tcp::user_timeout(std::chrono::hours::max())));
    CHECK(socket.get(option::tcp::user_timeout).value() == wali::forever());
    CHECK(socket.set(option::send_timeout(std::chrono::days::max())));
    CHECK(socket.get(option::send_timeout).value() == wali::forever());
    CHECK(socket.set(option::linger(std::chrono::hours(1'000'000'000'000))));
    CHECK(socket.get(option::linger).value() > 1h);
    CHECK(socket.set(option::linger(1500ms)));
    CHECK(socket.get(option::linger).value() == 2s);
}

TEST_CASE("the receive timeout ends a wait with EAGAIN") {
    const Socket::Pair pair = Socket::pair().value();
    CHECK(pair.first.set(option::receive_timeout(1ms)));
    std::array<std::byte, 1> buffer{};
    CHECK(pair.first.receive(buffer).error() == Errno::AGAIN);
}

TEST_CASE("take_error is a success when no error waits") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.take_error());
}

TEST_CASE("the peer of a Unix pair has this process's credentials") {
    const Socket::Pair pair = Socket::pair().value();
    CHECK(pair.first.get(option::peer_credentials).value().process == wali::process::id());
}

TEST_CASE("what the kernel knows about a TCP connection is a structure") {
    const Socket listener = Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).value();
    CHECK(listener.get(option::listening).value());
    const Socket client = Socket::connect_to(listener.local_address().value()).value();
    CHECK(client.get(option::tcp::info).value().tcpi_state == 1);  // TCP_ESTABLISHED
}

TEST_CASE("what the kernel knows about a connection has units") {
    const Socket listener = Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)).value();
    const Socket client = Socket::connect_to(listener.local_address().value()).value();
    const wali::TcpInfo info = client.get(option::tcp::info).value();
    CHECK(info.state() == wali::abi::TcpState::ESTABLISHED);
    CHECK(info.round_trip() > 0s);
    CHECK(info.round_trip_variation() > 0s);
    CHECK(info.retransmit_timeout() >= 1ms);
    CHECK(info.since_sent() < 1h);
    CHECK(info.since_received() < 1h);
    CHECK(info.round_trip_least() < 1h);
    CHECK(listener.get(option::tcp::info).value().state() == wali::abi::TcpState::LISTEN);
}

TEST_CASE("the options of each protocol read back as they were set") {
    const auto same = [](const Socket& socket, auto option, auto value) {
        CAPTURE(option.name());
        CHECK(socket.set(option(value)));
        CHECK(socket.get(option).value() == value);
    };
    const Socket tcp = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(tcp.get(option::protocol).value() == wali::abi::bits(wali::abi::IpProtocol::TCP));
    CHECK(tcp.get(option::domain).value() == AddressFamily::INET);
    same(tcp, option::inline_urgent, true);
    same(tcp, option::do_not_route, true);
    same(tcp, option::priority, 3);
    same(tcp, option::receive_low_water, 100);
    same(tcp, option::zero_copy, true);
    same(tcp, option::pacing_rate_max, wali::u64{1'000'000});
    same(tcp, option::tcp::quick_acknowledge, true);
    same(tcp, option::tcp::connect_attempts, 2);
    same(tcp, option::tcp::not_sent_low_water, 4096);
    same(tcp, option::tcp::fast_open_connect, true);
    same(tcp, option::tcp::congestion, tcp.get(option::tcp::congestion).value());
    CHECK(tcp.get(option::tcp::congestion).value().text().size() > 0);
    CHECK(tcp.set(option::tcp::congestion("no-such-name-at-all")).error() == Errno::NOENT);
    CHECK(tcp.set(option::tcp::defer_accept(1s)));
    CHECK(tcp.get(option::tcp::defer_accept).value() >= 1s);
    CHECK(tcp.set(option::tcp::segment_size_max(600)));
    CHECK(tcp.set(option::tcp::window_clamp(50000)));
    same(tcp, option::ip::ttl, 9);
    same(tcp, option::ip::tos, 0x20);
    same(tcp, option::ip::free_bind, true);
    same(tcp, option::ip::bind_without_port, true);
    same(tcp, option::ip::mtu_discover, wali::abi::IpMtuDiscover::DO);
    CHECK(tcp.get(option::ip::mtu).error() == Errno::NOTCONN);
    CHECK(tcp.get(option::cookie).value() != 0);
    CHECK(tcp.get(option::cookie).value() !=
          Socket::create(AddressFamily::INET, SocketType::STREAM).value().get(option::cookie).value());

    const Socket udp = Socket::create(AddressFamily::INET, SocketType::DGRAM).value();
    same(udp, option::ip::packet_info, true);
    same(udp, option::ip::receive_ttl, true);
    same(udp, option::ip::receive_tos, true);
    same(udp, option::ip::receive_errors, true);
    same(udp, option::ip::multicast_ttl, 3);
    same(udp, option::ip::multicast_loop, false);
    same(udp, option::ip::multicast_all, false);
    same(udp, option::udp::cork, true);
    same(udp, option::udp::segment_size, 1200);
    same(udp, option::timestamp, true);
    same(udp, option::report_drops, true);
    same(udp, option::broadcast, true);
    same(Socket::pair().value().first, option::peek_offset, 0);
    same(Socket::pair().value().first, option::pass_credentials, true);

    const auto udp6 = Socket::create(AddressFamily::INET6, SocketType::DGRAM);
    if (!udp6) return;  // this machine has no IPv6
    same(udp6.value(), option::ipv6::only, true);
    same(udp6.value(), option::ipv6::hop_limit, 9);
    same(udp6.value(), option::ipv6::traffic_class, 0x20);
    same(udp6.value(), option::ipv6::receive_packet_info, true);
    same(udp6.value(), option::ipv6::receive_hop_limit, true);
    same(udp6.value(), option::ipv6::receive_traffic_class, true);
    same(udp6.value(), option::ipv6::receive_errors, true);
    same(udp6.value(), option::ipv6::mtu_discover, wali::abi::Ipv6MtuDiscover::DO);
    same(udp6.value(), option::ipv6::do_not_fragment, true);
    same(udp6.value(), option::ipv6::free_bind, true);
    same(udp6.value(), option::ipv6::multicast_hops, 3);
    same(udp6.value(), option::ipv6::multicast_loop, false);
    same(udp6.value(), option::ipv6::multicast_interface, 1);
}

TEST_CASE("interfaces are bound to by name and number") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::DGRAM).value();
    CHECK(socket.set(option::bind_to_device("lo")));
    CHECK(socket.get(option::bind_to_device).value() == "lo");
    CHECK(socket.get(option::bind_to_interface).value() == 1);
    CHECK(Socket::create(AddressFamily::INET, SocketType::DGRAM)
              .value()
              .set(option::bind_to_device("a-name-that-is-too-long"))
              .error() == Errno::NODEV_);
}

TEST_CASE("a peer's pidfd has an owner") {
    const Socket::Pair pair = Socket::pair().value();
    const auto pidfd = pair.first.get(option::peer_pidfd);
    if (!pidfd && pidfd.error() == Errno::NOPROTOOPT) return;  // before Linux 6.5
    CHECK(pidfd.value().raw() >= 0);
}

TEST_CASE("a group's datagrams come to those that have joined") {
    const wali::IpAddress group = wali::IpAddress::v4({239, 255, 1, 2});
    const auto receiver = wali::UdpSocket::bind_to({wali::IpAddress::v4_any(), 0}).value();
    const auto port = receiver.local_address().value().port;
    CHECK(receiver.set(option::leave_group(group, 1)).error() == Errno::ADDRNOTAVAIL);
    CHECK(receiver.set(option::join_group(group, 1)));
    CHECK(receiver.set(option::join_group(group, 1)).error() == Errno::ADDRINUSE);
    const auto sender = wali::UdpSocket::create(AddressFamily::INET).value();
    CHECK(sender.set(option::bind_to_device("lo")));
    wali::OutgoingControlBuffer<64> out;
    CHECK(out.add_packet_info({.address = wali::IpAddress::v4_loopback(), .interface = 1}));
    const wali::ConstBuffer text("hi");
    const wali::SocketAddress to = wali::Endpoint{group, port};
    CHECK(sender.send_message({.buffers = {&text, 1}, .to = &to, .control = &out}).value() == 2);
    std::array<std::byte, 8> buffer{};
    CHECK(receiver.receive_from(buffer).value().size == 2);
    CHECK(receiver.set(option::leave_group(group, 1)));
    CHECK(receiver.set(option::join_source_group(group, wali::IpAddress::v4({127, 0, 0, 9}), 1)));
    CHECK(receiver.set(option::leave_source_group(group, wali::IpAddress::v4({127, 0, 0, 9}), 1)));
}

TEST_CASE("unknown options and bad descriptors are reported") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    constexpr wali::SocketOption<int> unknown(wali::SocketLevel::SOCKET, 9999);
    CHECK(socket.get(unknown).error() == wali::Error(Errno::NOPROTOOPT, wali::Call::getsockopt));
    CHECK(socket.set(unknown(1)).error() == wali::Error(Errno::NOPROTOOPT, wali::Call::setsockopt));
    CHECK(Socket().set(option::tcp::no_delay(true)).error() == Errno::BADF);
    CHECK(Socket::create(static_cast<AddressFamily>(99), SocketType::STREAM).error() == Errno::AFNOSUPPORT);
}
