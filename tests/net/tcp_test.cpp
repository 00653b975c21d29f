// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <wali/net/socket.hpp>

using wali::Errno;
using wali::Socket;
using wali::SocketAddress;
using wali::SocketFlags;

namespace {

struct Connection {
    Socket client;
    Socket server;
};

Connection connect_over(const SocketAddress& any_port) {
    const Socket listener = Socket::listen_on(any_port).value();
    const SocketAddress address = listener.local_address().value();
    CHECK(address.port() != 0);
    Socket client = Socket::connect_to(address).value();
    wali::Accepted accepted = listener.accept_from().value();
    CHECK(accepted.peer == client.local_address().value());
    CHECK(client.peer_address().value() == address);
    return {std::move(client), std::move(accepted.socket)};
}

void exchange(const Connection& connection) {
    CHECK(connection.client.send_all("ping"));
    std::array<std::byte, 4> buffer{};
    CHECK(connection.server.receive_all(buffer).value() == 4);
    CHECK(wali::as_text(buffer) == "ping");
    CHECK(connection.server.send_all("pong"));
    CHECK(connection.client.receive_all(buffer).value() == 4);
    CHECK(wali::as_text(buffer) == "pong");
    CHECK(connection.client.shutdown(wali::ShutdownHow::WR));
    CHECK(connection.server.receive(buffer).value() == 0);
}

}  // namespace

TEST_CASE("a TCP connection over IPv4") { exchange(connect_over(SocketAddress::ipv4_loopback(0))); }

TEST_CASE("a TCP connection over IPv6") {
    const auto probe = Socket::listen_on(SocketAddress::ipv6_loopback(0));
    if (!probe && (probe.error() == Errno::AFNOSUPPORT || probe.error() == Errno::ADDRNOTAVAIL)) {
        MESSAGE("this machine has no IPv6: the case was not run");
        return;
    }
    exchange(connect_over(SocketAddress::ipv6_loopback(0)));
}

TEST_CASE("vectored sends and receives take buffers in order") {
    const Connection connection = connect_over(SocketAddress::ipv4_loopback(0));
    const std::array<wali::ConstBuffer, 3> out{"HTTP/1.1 ", "", "200 OK"};
    CHECK(connection.server.send_vectored(out).value() == 15);
    std::array<std::byte, 9> first{};
    std::array<std::byte, 6> second{};
    const std::array<wali::MutableBuffer, 2> in{wali::MutableBytes(first), wali::MutableBytes(second)};
    CHECK(connection.client.receive_vectored(in, wali::MessageFlags::WAITALL).value() == 15);
    CHECK(wali::as_text(first) == "HTTP/1.1 ");
    CHECK(wali::as_text(second) == "200 OK");
}

TEST_CASE("a port in use is reported") {
    const Socket listener = Socket::listen_on(SocketAddress::ipv4_loopback(0)).value();
    CHECK(Socket::listen_on(listener.local_address().value()).error() == Errno::ADDRINUSE);
}

TEST_CASE("connecting to nobody is refused") {
    SocketAddress address;
    {
        const Socket listener = Socket::listen_on(SocketAddress::ipv4_loopback(0)).value();
        address = listener.local_address().value();
    }
    CHECK(Socket::connect_to(address).error() == Errno::CONNREFUSED);
}

TEST_CASE("connect gives up at its deadline and leaves the mode of the socket as it was") {
    // A listener whose queue is full answers no more: the last of these connects waits.
    const Socket listener = Socket::listen_on(SocketAddress::ipv4_loopback(0), {.backlog = 0}).value();
    const SocketAddress address = listener.local_address().value();
    std::vector<Socket> waiting;
    for (int i = 0; i < 64; ++i) {
        Socket client = Socket::create(wali::AddressFamily::INET, wali::SocketType::STREAM).value();
        const auto connected = client.connect(address, std::chrono::milliseconds(20));
        if (!connected) {
            CHECK(connected.error() == wali::Error(Errno::TIMEDOUT, wali::Call::connect));
            const long flags = wali::sys::fcntl(client.fd().raw(), wali::abi::bits(wali::abi::FcntlCommand::GETFL), 0);
            CHECK_FALSE(contains(static_cast<wali::abi::OpenFlags>(flags), wali::abi::OpenFlags::NONBLOCK));
            return;
        }
        waiting.push_back(std::move(client));
    }
    FAIL("the queue was never full");
}

TEST_CASE("connect with a timeout connects and reports a refusal") {
    SocketAddress address;
    {
        const Socket listener = Socket::listen_on(SocketAddress::ipv4_loopback(0)).value();
        address = listener.local_address().value();
        CHECK(Socket::connect_to(address, std::chrono::minutes(1)));
    }
    CHECK(Socket::connect_to(address, std::chrono::minutes(1)).error() == Errno::CONNREFUSED);
}

TEST_CASE("a non-blocking listener answers EAGAIN, as do its sockets") {
    const Socket listener =
        Socket::listen_on(SocketAddress::ipv4_loopback(0), {.flags = SocketFlags::NONBLOCK}).value();
    CHECK(listener.accept().error() == Errno::AGAIN);
    const Socket client = Socket::connect_to(listener.local_address().value()).value();
    const Socket server = listener.accept(SocketFlags::NONBLOCK).value();
    std::array<std::byte, 1> buffer{};
    CHECK(server.receive(buffer).error() == Errno::AGAIN);
}

TEST_CASE("sending to a peer that has gone answers EPIPE and raises no signal") {
    Socket::Pair pair = Socket::pair().value();
    CHECK(pair.second.close());
    CHECK(pair.first.send("x").error() == Errno::PIPE);
    const std::array<wali::ConstBuffer, 1> buffers{"x"};
    CHECK(pair.first.send_vectored(buffers).error() == Errno::PIPE);
}

TEST_CASE("a partial send tells how much was taken") {
    const Connection connection = connect_over(SocketAddress::ipv4_loopback(0));
    REQUIRE(connection.client.set_non_blocking(true));
    const std::vector<std::byte> block(1 << 20);
    wali::usize total = 0;
    for (;;) {
        const auto sent = connection.client.send(block);
        if (!sent) {
            CHECK(sent.error() == Errno::AGAIN);
            break;
        }
        CHECK(sent.value() <= block.size());
        total += sent.value();
    }
    std::vector<std::byte> buffer(1 << 16);
    wali::usize received = 0;
    while (received < total) received += connection.server.receive(buffer).value();
    CHECK(received == total);
}
