// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/net/name_resolution.hpp>

#include "../../src/net/resolution_error.hpp"
#include "support/child.hpp"
#include "support/leaves_nothing.hpp"

using wali::Endpoint;
using wali::Errno;
using wali::IpAddress;
using wali::NameResolution;
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

TEST_CASE("a C library that does not say why it found no address is an error all the same") {
    CHECK(wali::detail::resolution_error(EAI_SYSTEM, 0) == Errno::IO);
    CHECK(wali::detail::resolution_error(EAI_SYSTEM, EMFILE) == Errno::MFILE);
    CHECK(wali::detail::resolution_error(EAI_NONAME, 0) == Errno::NOENT);
    CHECK(wali::detail::resolution_error(EAI_AGAIN, EMFILE) == Errno::AGAIN);
}

TEST_CASE("a name is looked up while the program goes on") {
    const auto names = NameResolution::start("localhost", 443).value();
    const auto epoll = wali::Epoll::create().value();
    const auto watch = epoll.add(names.fd(), wali::EpollEvents::IN).value();
    std::array<wali::EpollEvent, 1> events;
    REQUIRE(epoll.wait(events, std::chrono::seconds(60)).value().size() == 1);
    std::array<Endpoint, 8> room;
    std::array<Endpoint, 8> expected;
    const auto found = names.try_wait(room).value();
    CHECK(std::ranges::equal(found, resolve("localhost", 443, expected).value()));
    CHECK(names.wait(std::span(room).first(1)).value().size() == 1);
    CHECK(names.try_wait({}).value().empty());
}

TEST_CASE("many names are looked up at once, and each has its own answer") {
    std::vector<NameResolution> all;
    for (wali::u16 i = 0; i < 20; ++i) all.push_back(NameResolution::start("192.0.2." + std::to_string(i), i).value());
    for (wali::u16 i = 0; i < 20; ++i) {
        std::array<Endpoint, 2> room;
        const auto found = all[i].wait_until(room, wali::Deadline::after(std::chrono::seconds(60))).value();
        REQUIRE(found.size() == 1);
        CHECK(found[0] == Endpoint{IpAddress::v4({192, 0, 2, static_cast<wali::u8>(i)}), i});
    }
}

TEST_CASE("a look-up that nobody waits for gives back what it has") {
    const int before = test::open_descriptors();
    for (int i = 0; i < 10; ++i) CHECK(NameResolution::start("localhost", 1));
    // Fewer are left where those of the case before end meanwhile; a leak would never end this.
    while (test::open_descriptors() > before) std::this_thread::yield();
}

TEST_CASE("a look-up has the errors of resolve()") {
    std::array<Endpoint, 1> room;
    CHECK(NameResolution::start(std::string(254, 'x'), 1).error() == Errno::NAMETOOLONG);
    CHECK(NameResolution::start(std::string_view("a\0b", 3), 1).value().wait(room).error() == Errno::INVAL);
    const NameResolution none;
    CHECK_FALSE(none.fd().raw() >= 0);
    CHECK(none.try_wait(room).error() == Errno::BADF);
    CHECK(none.wait(room).error() == Errno::BADF);
}

TEST_CASE("a look-up is in progress until its end, and in a forked copy it is canceled") {
    std::array<Endpoint, 1> room;
    for (int i = 0; i < 10; ++i) {
        const auto names = NameResolution::start("localhost", 1).value();
        const auto child = test::start_child([&] {
            const auto found = names.wait(room);
            return found || found.error() == Errno::CANCELED ? 0 : 1;
        });
        const auto now = names.try_wait(room);
        CHECK((now || now.error() == Errno::INPROGRESS));
        CHECK(names.wait(room));
        CHECK(test::end_of(child) == 0);
    }
}
