// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>

#include <wali/fmt.hpp>
#include <wali/format.hpp>

namespace {

constexpr wali::Error missing(wali::Errno::NOENT, wali::Call::openat);

}  // namespace

TEST_CASE("errors, addresses and ids format with {fmt}") {
    CHECK(fmt::format("{}", missing) == "openat: ENOENT (no such file or directory)");
    CHECK(fmt::format("{}", wali::Errno::NOENT) == "ENOENT (no such file or directory)");
    CHECK(fmt::format("{}", static_cast<wali::Errno>(4000)) == "E? (unknown error)");
    CHECK(fmt::format("<{:>15}>", wali::SocketAddress::ipv4_loopback(80)) == "<   127.0.0.1:80>");
    CHECK(fmt::format("{:>4}", wali::Pid(42)) == "  42");
}

#if defined(__cpp_lib_format)
TEST_CASE("errors, addresses and ids format with std::format") {
    CHECK(std::format("{}", missing) == "openat: ENOENT (no such file or directory)");
    CHECK(std::format("{}", wali::Errno::NOENT) == "ENOENT (no such file or directory)");
    CHECK(std::format("<{:>15}>", wali::SocketAddress::ipv4_loopback(80)) == "<   127.0.0.1:80>");
    CHECK(std::format("{:>4}", wali::Pid(42)) == "  42");
}
#endif
