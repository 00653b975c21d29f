// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/net/cidr.hpp>
#include <wali/net/endpoint.hpp>
#include <wali/net/unix_address.hpp>

using wali::Cidr;
using wali::Endpoint;
using wali::Errno;
using wali::IpAddress;
using wali::SocketAddress;
using wali::UnixAddress;

namespace {

template <class Address>
std::string text(const Address& address) {
    typename Address::Text buffer;
    return std::string(address.format(buffer));
}

/// What is written for a text that was read, or "POSITION: EXPECTED".
template <class Address>
std::string round_trip(std::string_view in) {
    const wali::Parsed<Address> address = Address::parse(in);
    if (address) return text(address.value());
    CHECK(address.error() == Errno::INVAL);
    return std::to_string(address.position()) + ": " + address.expected();
}

}  // namespace

TEST_CASE("IP addresses are written as they are read") {
    for (const char* same : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::1", "fe80::1%2",
                             "fe80::1%4294967295", "1:2:3:4:5:6:7:8", "ff02::1"})
        CHECK(round_trip<IpAddress>(same) == same);
    CHECK(round_trip<IpAddress>("::FFFF:192.0.2.1") == "::ffff:c000:201");
    CHECK(round_trip<IpAddress>("1:2:3:4:5:6:192.0.2.1") == "1:2:3:4:5:6:c000:201");
    CHECK(round_trip<IpAddress>("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
    CHECK(text(IpAddress::v6({255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
                             0xffffffff)) == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295");
}

TEST_CASE("an IP address that is none says where and what should stand there") {
    constexpr std::string_view number = ": a number from 0 to 255 without leading zeros";
    constexpr std::string_view digits = ": one to four hexadecimal digits";
    const auto at = [](int position, std::string_view expected) { return std::to_string(position).append(expected); };
    CHECK(round_trip<IpAddress>("") == at(0, number));
    CHECK(round_trip<IpAddress>("10.256.0.1") == at(3, number));
    CHECK(round_trip<IpAddress>("10.0.0.01") == at(7, number));
    CHECK(round_trip<IpAddress>("10.0.0") == "6: four numbers with dots between them");
    CHECK(round_trip<IpAddress>("10.0.0.1.") == "8: the end of the address, which has four numbers");
    CHECK(round_trip<IpAddress>("10.0.0.1%1") == at(7, number));
    CHECK(round_trip<IpAddress>(":") == at(0, digits));
    CHECK(round_trip<IpAddress>(":::") == at(2, digits));
    CHECK(round_trip<IpAddress>("1::g") == at(3, digits));
    CHECK(round_trip<IpAddress>("1:2:") == at(4, digits));
    CHECK(round_trip<IpAddress>("1::2::3") == "4: no second \"::\"");
    CHECK(round_trip<IpAddress>("1:2:3") == "5: eight groups, or \"::\" in place of some");
    CHECK(round_trip<IpAddress>("1:2:3:4:5:6:7:8:9") == "16: the end of the address, which has eight groups");
    CHECK(round_trip<IpAddress>("::1:2:3:4:5:6:7:8") == "17: at most seven groups beside \"::\"");
    CHECK(round_trip<IpAddress>("::1.2.300.4") == at(6, number));
    CHECK(round_trip<IpAddress>("1:2:3:4:5:6:7:1.2.3.4") == "14: no IPv4 address after more than six groups");
    CHECK(round_trip<IpAddress>("fe80::1%lo") == "8: the number of an interface");
    CHECK(round_trip<IpAddress>("fe80::1%0") == "8: the number of an interface");
}

TEST_CASE("what an IP address is") {
    constexpr IpAddress mapped = IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1});
    static_assert(mapped.unmapped() == IpAddress::v4({192, 0, 2, 1}));
    static_assert(IpAddress::v6_loopback().unmapped() == IpAddress::v6_loopback());
    static_assert(IpAddress() == IpAddress::v4_any() && IpAddress().is_any() && IpAddress::v6_any().is_any());
    static_assert(IpAddress::v4_any() != IpAddress::v6_any() && IpAddress::v4_any() < IpAddress::v6_any());
    static_assert(IpAddress::v4({127, 1, 2, 3}).is_loopback() && IpAddress::v6_loopback().is_loopback());
    static_assert(IpAddress::v4({239, 0, 0, 1}).is_multicast() && !IpAddress::v4({240, 0, 0, 1}).is_multicast());
    CHECK(IpAddress::parse("fe80::1%3").value().is_link_local());
    CHECK(IpAddress::parse("fe80::1%3").value().scope_id() == 3);
    CHECK(IpAddress::parse("fe80::1%3").value() != IpAddress::parse("fe80::1").value());
    CHECK_FALSE(IpAddress::parse("fec0::1").value().is_link_local());
    CHECK(IpAddress::parse("169.254.1.1").value().is_link_local());
    CHECK(IpAddress::parse("ff02::1").value().is_multicast());
    CHECK(IpAddress::parse("::").value().bytes().size() == 16);
    CHECK(IpAddress::parse("::").value().is_v6());
    CHECK(IpAddress::parse("1.2.3.4").value().bytes()[3] == 4);
    CHECK(IpAddress::parse("1.2.3.4").value().is_v4());
}

TEST_CASE("a network contains the addresses with its leading bits") {
    const auto contains = [](const char* network, const char* address) {
        return Cidr::parse(network).value().contains(IpAddress::parse(address).value());
    };
    CHECK(contains("192.0.2.7/24", "192.0.2.255"));
    CHECK_FALSE(contains("192.0.2.7/24", "192.0.3.0"));
    CHECK(contains("10.0.0.0/9", "10.127.0.1"));
    CHECK_FALSE(contains("10.0.0.0/9", "10.128.0.1"));
    CHECK(contains("0.0.0.0/0", "255.1.2.3"));
    CHECK_FALSE(contains("0.0.0.0/0", "::"));
    CHECK(contains("192.0.2.7/32", "192.0.2.7"));
    CHECK_FALSE(contains("192.0.2.7/32", "192.0.2.6"));
    CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(contains("fe80::/64", "fe80::1%3"));
    CHECK(contains("fe80::%3/64", "fe80::1%3"));
    CHECK_FALSE(contains("fe80::%3/64", "fe80::1%2"));
}

TEST_CASE("a network is written as it is read, and knows its first address") {
    for (const char* same :
         {"192.0.2.7/24", "0.0.0.0/0", "1.2.3.4/32", "2001:db8::/32", "::/0", "::1/128", "fe80::%1/10"})
        CHECK(round_trip<Cidr>(same) == same);
    CHECK(text(Cidr::parse("192.0.2.7/23").value().network()) == "192.0.2.0/23");
    CHECK(text(Cidr::parse("2001:db8:ffff::1/36").value().network()) == "2001:db8:f000::/36");
    CHECK(Cidr::parse("192.0.2.7/23").value().prefix_length() == 23);
    CHECK(Cidr::parse("192.0.2.7/23").value().address() == IpAddress::v4({192, 0, 2, 7}));
    CHECK(Cidr::of(IpAddress::v4_any(), 33).error() == Errno::INVAL);
    CHECK(round_trip<Cidr>("10.0.0.0/33") == "9: a number from 0 to 32");
    CHECK(round_trip<Cidr>("10.0.0.0/08") == "9: a number from 0 to 32");
    CHECK(round_trip<Cidr>("::/129") == "3: a number from 0 to 128");
    CHECK(round_trip<Cidr>("10.0.0.0") == "8: \"/\" and the length of the prefix");
    CHECK(round_trip<Cidr>("10.0.0/8") == "6: four numbers with dots between them");
}

TEST_CASE("endpoints are read, written and converted to the kernel's form and back") {
    for (const char* same : {"127.0.0.1:80", "[::1]:65535", "[fe80::1%2]:0"}) {
        CHECK(round_trip<Endpoint>(same) == same);
        const SocketAddress address = Endpoint::parse(same).value();
        CHECK(address.family() == Endpoint::parse(same).value().family());
        CHECK(Endpoint::from(address).value() == Endpoint::parse(same).value());
        CHECK(round_trip<SocketAddress>(same) == same);
    }
    CHECK(SocketAddress(Endpoint{IpAddress::v4({10, 1, 2, 3}), 80}) == SocketAddress::ipv4({10, 1, 2, 3}, 80));
    CHECK(Endpoint::from(SocketAddress()).error() == Errno::AFNOSUPPORT);
    CHECK(round_trip<Endpoint>("10.0.0.1") == "8: \":\" and a port");
    CHECK(round_trip<Endpoint>("10.0.0.1:65536") == "9: a port from 0 to 65535");
    CHECK(round_trip<Endpoint>("10.0.0.x:1") == "7: a number from 0 to 255 without leading zeros");
    CHECK(round_trip<Endpoint>("[::1") == "4: \"]\"");
    CHECK(round_trip<Endpoint>("[::1]") == "5: \":\" and a port");
    CHECK(round_trip<Endpoint>("[::1]80") == "5: \":\" and a port");
    CHECK(round_trip<Endpoint>("[::x]:80") == "3: one to four hexadecimal digits");
    CHECK(round_trip<Endpoint>("[10.0.0.1]:80") == "1: an IPv6 address");
}

TEST_CASE("Unix addresses are a path, an abstract name or none") {
    for (const char* same : {"unix:/run/x.sock", "unix:@name", "unix:@", "unix:"}) {
        CHECK(round_trip<UnixAddress>(same) == same);
        const UnixAddress address = UnixAddress::parse(same).value();
        CHECK(UnixAddress::from(address).value() == address);
    }
    CHECK(UnixAddress().is_unnamed());
    CHECK(UnixAddress::path("/a").value().is_path());
    CHECK(UnixAddress::path("/a").value().name() == "/a");
    CHECK(UnixAddress::abstract("a").value().is_abstract());
    CHECK(UnixAddress::abstract("").value().is_abstract());
    CHECK(UnixAddress::abstract("a").value() != UnixAddress::path("a").value());
    CHECK(UnixAddress::family() == wali::AddressFamily::UNIX);
    CHECK(text(UnixAddress::path("@a").value()) == "unix:./@a");
    CHECK(SocketAddress().unix_kind() == SocketAddress::UnixKind::none);
    CHECK(UnixAddress::from(SocketAddress::ipv4_any(0)).error() == Errno::AFNOSUPPORT);
    CHECK(round_trip<UnixAddress>("/run/x") == "0: \"unix:\"");
    CHECK(round_trip<UnixAddress>(std::string_view("unix:a\0b", 8)) == "6: a path without a NUL");
    const auto long_name = UnixAddress::parse("unix:@" + std::string(108, 'x'));
    CHECK(long_name.error() == Errno::NAMETOOLONG);
    CHECK(long_name.position() == 6 + UnixAddress::name_max);
}
