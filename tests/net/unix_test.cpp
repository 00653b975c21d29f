// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/core/clock.hpp>
#include <wali/fs/entry.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

using namespace std::chrono_literals;
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

namespace {

/// A listener whose queue has no room, and who waits in it.
struct FullListener {
    explicit FullListener(const SocketAddress& address) : listener(Socket::listen_on(address, {.backlog = 0}).value()) {
        for (;;) {
            Socket next = Socket::create(wali::AddressFamily::UNIX, wali::SocketType::STREAM).value();
            CHECK(next.set_non_blocking(true));
            if (!next.connect(address)) return;
            waiting.push_back(std::move(next));
        }
    }

    Socket listener;
    std::vector<Socket> waiting;
};

}  // namespace

TEST_CASE("a connection to a full Unix listener is given up when its time has passed") {
    const test::TemporaryDirectory dir;
    const SocketAddress address = SocketAddress::unix_path(dir.path("s")).value();
    const FullListener full(address);
    const Socket client = Socket::create(wali::AddressFamily::UNIX, wali::SocketType::STREAM).value();
    CHECK(client.set_non_blocking(true));
    for (const wali::Duration timeout : {0ms, 3ms}) {
        const auto start = wali::MonotonicClock::now();
        CHECK(client.connect(address, timeout).error() == wali::Error(wali::Errno::TIMEDOUT, wali::Call::connect));
        CHECK(wali::MonotonicClock::now() - start >= timeout);
    }
    // Its mode and its timeout are what they were.
    CHECK(client.get(wali::option::send_timeout).value() == wali::forever());
    CHECK(client.connect(address).error() == wali::Errno::AGAIN);
}

TEST_CASE("a connection to a full Unix listener is made when there is room") {
    const test::TemporaryDirectory dir;
    const SocketAddress address = SocketAddress::unix_path(dir.path("s")).value();
    const FullListener full(address);
    const long child = wali::sys::fork();
    REQUIRE(child >= 0);
    if (child == 0) wali::process::exit(Socket::connect_to(address, 1h) ? 0 : 1);
    for (wali::usize i = 0; i <= full.waiting.size(); ++i) CHECK(full.listener.accept());
    int status = -1;
    REQUIRE(wali::sys::wait4(static_cast<int>(child), &status, 0, nullptr) == child);
    CHECK(status == 0);
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
