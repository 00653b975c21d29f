#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include "service.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

import wali;

TEST_CASE("a line is answered") {
    CHECK(answer_to("world\n") == "hello, world\n");
    CHECK(answer_to("\r\n") == "who are you?\n");
}

TEST_CASE("a client gets its answer") {
    auto ends = wali::Socket::pair();
    REQUIRE(ends);
    const std::string_view name = "world\n";
    REQUIRE(ends.value().first.send_all(std::as_bytes(std::span(name))));
    REQUIRE(serve(ends.value().second));
    std::array<std::byte, 64> buffer;
    const auto size = ends.value().first.receive(buffer);
    REQUIRE(size);
    CHECK(std::string_view(reinterpret_cast<const char*>(buffer.data()), size.value()) == "hello, world\n");
}
