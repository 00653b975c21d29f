// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>

#include <doctest/doctest.h>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

/// In a function that returns what went wrong, or nullptr: returns the text of a condition that does not hold.
#define TEST_EXPECT(...)                         \
    do {                                         \
        if (!(__VA_ARGS__)) return #__VA_ARGS__; \
    } while (false)

namespace test {

/// Makes a network namespace for this process: a root does it at once, others by way of a user namespace.
inline bool enter_network_namespace() {
    using wali::abi::CloneFlags;
    const auto network = CloneFlags::NEWNET;
    return wali::sys::unshare(static_cast<int>(wali::abi::bits(network))) == 0 ||
           wali::sys::unshare(static_cast<int>(wali::abi::bits(network | CloneFlags::NEWUSER))) == 0;
}

/// Runs `body`, which returns what went wrong or nullptr, in a process that is root of a network of its own: a loopback
/// interface which is down, and nothing else. Where the machine refuses that, nothing is tested.
template <class Body>
void in_network_namespace(Body body) {
    constexpr int refused = 77;
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        if (!enter_network_namespace()) wali::process::exit(refused);
        const char* const wrong = body();
        if (wrong != nullptr) std::fprintf(stderr, "in a network namespace: not so: %s\n", wrong);
        wali::process::exit(wrong == nullptr ? 0 : 1);
    }
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    if (status == refused << 8)
        MESSAGE("skipped: this machine refuses network namespaces");
    else
        CHECK(status == 0);
}

}  // namespace test
