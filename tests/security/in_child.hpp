// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdio>

#include <doctest/doctest.h>

#include <wali/process/environment.hpp>
#include <wali/process/exec.hpp>
#include <wali/process/process.hpp>
#include <wali/process/wait.hpp>

namespace test {

/// How a child ended that has run `function`, which says whether all was as it should be: what a process gives up it
/// gives up for good.
template <class Function>
wali::WaitStatus ended(Function&& function) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) wali::process::exit(function() ? 0 : 1);
    return wali::process::wait(child).value().status;
}

/// Whether `function` says so in a child.
template <class Function>
bool in_child(Function&& function) {
    return ended(static_cast<Function&&>(function)).success();
}

/// How a shell ended that has run this: a program, as against the one that the tests are in.
inline wali::WaitStatus shell(const char* commands) {
    return ended([&] {
        (void)wali::process::exec("/bin/sh", {"sh", "-c", commands}, wali::Environment());
        return false;
    });
}

/// A check in a child, where doctest's would not be counted.
inline bool holds(bool condition, const char* what, int line) {
    if (!condition) std::fprintf(stderr, "in a child, line %d: %s does not hold\n", line, what);
    return condition;
}
#define HOLDS(...) ::test::holds((__VA_ARGS__), #__VA_ARGS__, __LINE__)

/// Root's are the only rights that can be given up.
inline bool is_root() { return geteuid() == 0; }

}  // namespace test
