// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <concepts>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/net/tcp.hpp>
#include <wali/net/udp.hpp>
#include <wali/net/unix_socket.hpp>

using wali::Endpoint;
using wali::Errno;
using wali::IpAddress;
using wali::option;
using wali::UnixAddress;

namespace {

template <class Kind>
concept Accepts = requires(const Kind& kind) { kind.accept(); };
template <class Kind>
concept Sends = requires(const Kind& kind) { kind.send("x"); };
template <class Kind>
concept SendsTo = requires(const Kind& kind, const Endpoint& address) { kind.send_to("x", address); };
template <class Kind>
concept SendsAll = requires(const Kind& kind) { kind.send_all("x"); };
template <class Kind>
concept Listens = requires(const Kind& kind) { kind.listen(1); };

template <class Listener, class Stream, class Address>
void connect_and_exchange(const Address& address) {
    const Listener listener = Listener::listen_on(address).value();
    const Stream client = Stream::connect_to(listener.local_address().value()).value();
    const auto accepted = listener.accept_from().value();
    CHECK(accepted.peer == client.local_address().value());
    CHECK(client.peer_address().value() == listener.local_address().value());
    CHECK(client.send("hi").value() == 2);
    std::array<std::byte, 8> buffer{};
    CHECK(accepted.connection.receive(buffer).value() == 2);
    CHECK(client.shutdown(wali::ShutdownHow::WR));
    CHECK(accepted.connection.receive(buffer).value() == 0);
}

}  // namespace

TEST_CASE("each kind of socket offers what it can do") {
    static_assert(Accepts<wali::TcpListener> && !Sends<wali::TcpListener> && !Listens<wali::TcpListener>);
    static_assert(Sends<wali::TcpStream> && SendsAll<wali::TcpStream> && !Accepts<wali::TcpStream>);
    static_assert(!SendsTo<wali::TcpStream> && SendsTo<wali::UdpSocket> && !SendsAll<wali::UdpSocket>);
    static_assert(!SendsTo<wali::UnixDatagram> && Sends<wali::UnixDatagram> && !SendsAll<wali::SeqPacket>);
    static_assert(std::convertible_to<const wali::TcpStream&, wali::BorrowedFd>);
    static_assert(!std::convertible_to<const wali::TcpStream&, const wali::Socket&>);
    static_assert(std::derived_from<wali::TcpStream, wali::SocketKind<wali::TcpStream, Endpoint>>);
    static_assert(sizeof(wali::TcpStream) == sizeof(wali::Socket));
}

TEST_CASE("the kinds of connections connect and exchange") {
    connect_and_exchange<wali::TcpListener, wali::TcpStream>(Endpoint{IpAddress::v4_loopback(), 0});
    const test::TemporaryDirectory dir;
    connect_and_exchange<wali::UnixListener, wali::UnixStream>(UnixAddress::path(dir.path("s")).value());
    connect_and_exchange<wali::SeqPacketListener, wali::SeqPacket>(UnixAddress());
}

TEST_CASE("a packet is received as it was sent") {
    const auto pair = wali::SeqPacket::pair().value();
    CHECK(pair.first.send("one"));
    CHECK(pair.first.send("three"));
    std::array<std::byte, 16> buffer{};
    CHECK(pair.second.receive(buffer).value() == 3);
    CHECK(pair.second.receive(buffer).value() == 5);
}

TEST_CASE("datagrams say who sent them") {
    const auto server = wali::UdpSocket::bind_to({IpAddress::v4_loopback(), 0}).value();
    const auto client = wali::UdpSocket::create(wali::AddressFamily::INET).value();
    CHECK(client.peer_address().error() == Errno::NOTCONN);
    CHECK(client.connect(server.local_address().value()));
    CHECK(client.peer_address().value() == server.local_address().value());
    CHECK(client.send("question").value() == 8);
    std::array<std::byte, 4> buffer{};
    const auto received = server.receive_from(buffer, wali::MessageFlags::TRUNC).value();
    CHECK(received.size == 8);
    CHECK(received.from == client.local_address().value());
    CHECK(server.send_to("answer", received.from).value() == 6);
    CHECK(client.receive(buffer).value() == 4);

    const auto unix_server = wali::UnixDatagram::bind_to(UnixAddress()).value();
    CHECK(unix_server.local_address().value().is_abstract());
    const auto unix_client = wali::UnixDatagram::create().value();
    CHECK(unix_client.send_to("x", unix_server.local_address().value()).value() == 1);
    CHECK(unix_server.receive_from(buffer).value().from.is_unnamed());
    const auto pair = wali::UnixDatagram::pair().value();
    CHECK(pair.first.send("").value() == 0);
    CHECK(pair.second.receive(buffer).value() == 0);
}

TEST_CASE("sockets of a reuse-port group share what comes in") {
    const Endpoint any{IpAddress::v4_loopback(), 0};
    const auto first = wali::TcpListener::listen_on(any, {.reuse_port = true, .flags = wali::SocketFlags::NONBLOCK});
    const Endpoint address = first.value().local_address().value();
    CHECK(wali::TcpListener::listen_on(address).error() == Errno::ADDRINUSE);
    const auto second =
        wali::TcpListener::listen_on(address, {.reuse_port = true, .flags = wali::SocketFlags::NONBLOCK});
    CHECK(second.value().get(option::reuse_port).value());
    int taken[2] = {0, 0};
    for (int i = 0; i < 64; ++i) {
        const auto client = wali::TcpStream::connect_to(address).value();
        if (first.value().accept())
            ++taken[0];
        else if (second.value().accept())
            ++taken[1];
    }
    CHECK(taken[0] + taken[1] == 64);
    CHECK(taken[0] > 0);
    CHECK(taken[1] > 0);

    const auto udp = wali::UdpSocket::bind_to(any, {.reuse_port = true}).value();
    CHECK(wali::UdpSocket::bind_to(udp.local_address().value(), {.reuse_port = true}));
    CHECK(wali::UdpSocket::bind_to(udp.local_address().value()).error() == Errno::ADDRINUSE);
}

TEST_CASE("a kind of socket becomes a socket and comes from one") {
    auto pair = wali::UnixStream::pair().value();
    wali::Socket socket = std::move(pair.first).into_socket();
    CHECK_FALSE(pair.first);
    CHECK(socket.send_all("x"));
    const auto stream = wali::UnixStream::from_socket(std::move(socket));
    const auto copy = stream.duplicate().value();
    CHECK(copy.fd().raw() != stream.fd().raw());
    CHECK(copy.send_all("y"));
    std::array<std::byte, 2> buffer{};
    CHECK(pair.second.receive_all(buffer).value() == 2);
    CHECK(stream.socket().get(option::peer_credentials).value().process == wali::process::id());
    wali::Fd fd = std::move(pair.second).into_fd();
    CHECK(wali::UnixStream::from_fd(std::move(fd)).close());
}
