// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/fmt.hpp>

TEST_CASE("errors and addresses format with {fmt}") {
    CHECK(fmt::format("{}", wali::Errno::NOENT) == "ENOENT: no such file or directory");
    CHECK(fmt::format("{}", static_cast<wali::Errno>(4000)) == "E?: unknown error");
    CHECK(fmt::format("<{:>15}>", wali::SocketAddress::ipv4_loopback(80)) == "<   127.0.0.1:80>");
}
