// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <optional>

#include <doctest/doctest.h>

#include <wali/net/socket.hpp>
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

TEST_CASE("unknown options and bad descriptors are reported") {
    const Socket socket = Socket::create(AddressFamily::INET, SocketType::STREAM).value();
    constexpr wali::SocketOption<int> unknown(wali::SocketLevel::SOCKET, 9999);
    CHECK(socket.get(unknown).error() == wali::Error(Errno::NOPROTOOPT, wali::Call::getsockopt));
    CHECK(socket.set(unknown(1)).error() == wali::Error(Errno::NOPROTOOPT, wali::Call::setsockopt));
    CHECK(Socket().set(option::tcp::no_delay(true)).error() == Errno::BADF);
    CHECK(Socket::create(static_cast<AddressFamily>(99), SocketType::STREAM).error() == Errno::AFNOSUPPORT);
}
