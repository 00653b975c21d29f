// SPDX-License-Identifier: BSL-1.0
#include <array>

#include <doctest/doctest.h>

#include <wali/net/socket.hpp>
#include <wali/sys/process.hpp>

using namespace std::chrono_literals;
namespace abi = wali::abi;
using wali::AddressFamily;
using wali::Errno;
using wali::Socket;
using wali::SocketLevel;
using wali::SocketOption;
using wali::SocketType;

TEST_CASE("flags and numbers read back as they were set") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    const auto number = [&](SocketOption option) {
        return socket.option<int>(SocketLevel::SOCKET, abi::bits(option)).value();
    };
    CHECK(number(SocketOption::REUSEADDR) == 0);
    CHECK(socket.set_reuse_address(true));
    CHECK(number(SocketOption::REUSEADDR) == 1);
    CHECK(socket.set_keep_alive(true));
    CHECK(number(SocketOption::KEEPALIVE) == 1);
    CHECK(socket.set_reuse_port(true));
    CHECK(number(SocketOption::REUSEPORT) == 1);
    CHECK(socket.set_send_buffer(16384));
    CHECK(number(SocketOption::SNDBUF) == 32768);
    CHECK(socket.set_no_delay(true));
    CHECK(socket.option<int>(SocketLevel::TCP, abi::bits(wali::TcpOption::NODELAY)).value() != 0);
    CHECK(number(SocketOption::TYPE) == abi::bits(SocketType::STREAM));
}

TEST_CASE("structured options cross the boundary") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.set_receive_timeout(1500ms));
    const auto time = socket.option<abi::timeval>(SocketLevel::SOCKET, abi::bits(SocketOption::RCVTIMEO)).value();
    CHECK(time.tv_sec == 1);
    // The kernel rounds to its clock ticks, at most 10 ms apart.
    CHECK(time.tv_usec >= 500'000);
    CHECK(time.tv_usec <= 510'000);
    CHECK(socket.set_linger(true, 3s));
    const auto linger = socket.option<abi::linger>(SocketLevel::SOCKET, abi::bits(SocketOption::LINGER)).value();
    CHECK(linger.l_onoff == 1);
    CHECK(linger.l_linger == 3);
}

TEST_CASE("the receive timeout ends a wait with EAGAIN") {
    const Socket::Pair pair = Socket::pair().value();
    CHECK(pair.first.set_receive_timeout(1ms));
    std::array<std::byte, 1> buffer{};
    CHECK(pair.first.receive(buffer).error() == Errno::AGAIN);
}

TEST_CASE("take_error is a success when no error waits") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.take_error());
}

TEST_CASE("the peer of a Unix pair has this process's credentials") {
    const Socket::Pair pair = Socket::pair().value();
    const auto peer = pair.first.option<abi::ucred>(SocketLevel::SOCKET, abi::bits(SocketOption::PEERCRED)).value();
    CHECK(peer.pid == static_cast<wali::i32>(wali::sys::getpid()));
}

TEST_CASE("unknown options and bad descriptors are reported") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    CHECK(socket.option<int>(SocketLevel::SOCKET, 9999).error() == Errno::NOPROTOOPT);
    CHECK(Socket().set_no_delay(true).error() == Errno::BADF);
    CHECK(Socket::create(static_cast<AddressFamily>(99), SocketType::STREAM).error() == Errno::AFNOSUPPORT);
}
