// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <doctest/doctest.h>

#include <wali/core/wait_status.hpp>
#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

namespace test {

/// Runs `body` in a forked child, which ends with the number that it returns.
template <class Body>
wali::Pid start_child(Body body) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(body());
    return child;
}

/// Waits for a child: the number that it ended with, or minus that of the signal.
inline int end_of(wali::Pid child) {
    int status = -1;
    while (wali::sys::wait4(child.raw(), &status, 0, nullptr) != child.raw()) continue;
    return (status & 0x7f) != 0 ? -(status & 0x7f) : status >> 8;
}

/// Both.
template <class Body>
int in_child(Body body) {
    return end_of(start_child(body));
}

}  // namespace test
