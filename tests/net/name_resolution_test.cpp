// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <wali/net/name_resolution.hpp>

using wali::Endpoint;
using wali::Errno;
using wali::IpAddress;
using wali::resolve;

// Nothing here asks a name server.
TEST_CASE("numbers and names of /etc/hosts have addresses") {
    std::array<Endpoint, 8> room;
    const auto number = resolve("192.0.2.1", 80, room);
    REQUIRE(number);
    REQUIRE(number.value().size() == 1);
    CHECK(number.value()[0] == Endpoint{IpAddress::v4({192, 0, 2, 1}), 80});
    CHECK(resolve("fe80::1%lo", 1, room).value()[0].address == IpAddress::parse("fe80::1%1").value());
    const auto local = resolve("localhost", 443, room);
    REQUIRE(local);
    CHECK(local.value().size() > 0);
    CHECK(std::ranges::all_of(local.value(), [](const Endpoint& endpoint) {
        return endpoint.address.is_loopback() && endpoint.port == 443;
    }));
    CHECK(resolve("localhost", 1, {}).value().empty());
}

TEST_CASE("what cannot be a name is no name") {
    std::array<Endpoint, 1> room;
    CHECK(resolve(std::string(254, 'x'), 1, room).error() == Errno::NAMETOOLONG);
    CHECK(resolve(std::string_view("a\0b", 3), 1, room).error() == Errno::INVAL);
}
