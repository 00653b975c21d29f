// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/net/socket.hpp>

using wali::Socket;
using wali::SocketAddress;

namespace {

void connect_and_send(const SocketAddress& address) {
    const Socket listener = Socket::listen_on(address).value();
    CHECK(listener.local_address().value() == address);
    const Socket client = Socket::connect_to(address).value();
    const wali::Accepted accepted = listener.accept_from().value();
    CHECK(accepted.peer.unix_name().empty());
    CHECK(client.send_all("hi"));
    std::array<std::byte, 2> buffer{};
    CHECK(accepted.socket.receive_all(buffer).value() == 2);
    CHECK(wali::as_text(buffer) == "hi");
}

}  // namespace

TEST_CASE("a Unix socket with a path") {
    const test::TemporaryDirectory dir;
    connect_and_send(SocketAddress::unix_path(dir.path("s")).value());
    CHECK(wali::fs::status(dir.path("s")).value().type() == wali::FileType::SOCKET);
    CHECK(Socket::listen_on(SocketAddress::unix_path(dir.path("s")).value()).error() == wali::Errno::ADDRINUSE);
}

TEST_CASE("a Unix socket with an abstract name") {
    connect_and_send(SocketAddress::unix_abstract("wali-test-" + std::to_string(wali::process::id().raw())).value());
}

TEST_CASE("a socket pair carries bytes both ways") {
    const Socket::Pair pair = Socket::pair().value();
    std::array<std::byte, 1> buffer{};
    CHECK(pair.first.send_all("a"));
    CHECK(pair.second.receive(buffer).value() == 1);
    CHECK(pair.second.send_all("b"));
    CHECK(pair.first.receive(buffer).value() == 1);
    CHECK(buffer[0] == std::byte{'b'});
    CHECK(pair.first.receive(buffer, wali::MessageFlags::DONTWAIT).error() == wali::Errno::AGAIN);
}
