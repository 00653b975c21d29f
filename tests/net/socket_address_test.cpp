// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/net/socket_address.hpp>

using wali::AddressFamily;
using wali::Errno;
using wali::SocketAddress;

namespace {

std::string text(const SocketAddress& address) {
    SocketAddress::Text buffer;
    return std::string(address.format(buffer));
}

std::string round_trip(std::string_view in) {
    const auto address = SocketAddress::parse(in);
    return address ? text(address.value()) : std::string(wali::errno_name(address.error().code()));
}

}  // namespace

TEST_CASE("addresses are written as they are read") {
    for (const char* same : {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::]:0", "[::1]:8080",
                             "[2001:db8::1]:443", "[1:2:3:4:5:6:7:8]:1", "unix:/run/x.sock", "unix:@name"}) {
        CHECK(round_trip(same) == same);
    }
}

TEST_CASE("IPv6 is written as RFC 5952 says") {
    CHECK(round_trip("[2001:DB8:0:0:0:0:2:1]:1") == "[2001:db8::2:1]:1");
    CHECK(round_trip("[2001:db8:0:1:1:1:1:1]:1") == "[2001:db8:0:1:1:1:1:1]:1");
    CHECK(round_trip("[2001:0:0:1:0:0:0:1]:1") == "[2001:0:0:1::1]:1");
    CHECK(round_trip("[2001:db8:0:0:1:0:0:1]:1") == "[2001:db8::1:0:0:1]:1");
    CHECK(round_trip("[1:2:3:4:5:6:0:0]:1") == "[1:2:3:4:5:6::]:1");
    CHECK(round_trip("[::ffff:192.0.2.1]:1") == "[::ffff:c000:201]:1");
    CHECK(round_trip("[0:0:0:0:0:0:0:0]:1") == "[::]:1");
}

TEST_CASE("what is no address is refused") {
    for (const char* bad : {"",
                            ":",
                            "80",
                            "localhost:80",
                            "127.0.0.1",
                            "127.0.0.1:",
                            "127.0.0.1:65536",
                            "127.0.0.1:-1",
                            "127.0.0.1:+1",
                            "127.0.0:80",
                            "127.0.0.1.1:80",
                            "256.0.0.1:80",
                            "01.0.0.1:80",
                            " 127.0.0.1:80",
                            "127.0.0.1:80 ",
                            "::1:80",
                            "[::1]",
                            "[::1]80",
                            "[]:80",
                            "[:]:80",
                            "[:::]:80",
                            "[1::2::3]:80",
                            "[1:2:3:4:5:6:7]:80",
                            "[12345::]:80",
                            "[1:2:3:4:5:6:7:8:9]:80",
                            "[::1%lo]:80",
                            "[::1.2.3]:80",
                            "[1:2:3:4:5:6:7:1.2.3.4]:80",
                            "[1::2:]:80",
                            "unix:"}) {
        CAPTURE(bad);
        CHECK(SocketAddress::parse(bad).has_error());
    }
    CHECK(SocketAddress::parse("unix:" + std::string(108, 'x')).error() == Errno::NAMETOOLONG);
    CHECK(SocketAddress::parse("unix:" + std::string(107, 'x')).has_value());
    CHECK(SocketAddress::unix_path(std::string_view("a\0b", 3)).error() == Errno::INVAL);
}

TEST_CASE("the parts of an address") {
    const auto address = SocketAddress::parse("10.1.2.3:8080").value();
    CHECK(address.family() == AddressFamily::INET);
    CHECK(address.port() == 8080);
    CHECK(address.size() == 16);
    CHECK(address == SocketAddress::ipv4({10, 1, 2, 3}, 8080));
    CHECK_FALSE(address == SocketAddress::ipv4({10, 1, 2, 3}, 8081));
    CHECK(SocketAddress::ipv6_loopback(1).size() == 28);
    CHECK(SocketAddress::unix_path("/a").value().unix_name() == "/a");
    CHECK(SocketAddress::unix_abstract("a").value().unix_name() == "a");
    CHECK(SocketAddress().family() == AddressFamily::UNSPEC);
    CHECK(text(SocketAddress()) == "family 0");
}
