// SPDX-License-Identifier: BSL-1.0
#include <csignal>
#include <unordered_map>

#include <pthread.h>

#include <doctest/doctest.h>

#include <wali/process/process.hpp>
#include <wali/sys/process.hpp>

namespace {

/// The status of a child that `function` ends.
template <class Function>
int status_of_child(Function function) {
    const wali::Pid child = wali::process::fork().value();
    if (child == wali::Pid(0)) {
        function();
        wali::process::exit(99);
    }
    int status = -1;
    REQUIRE(wali::sys::wait4(child.raw(), &status, 0, nullptr) == child.raw());
    return status;
}

}  // namespace

TEST_CASE("a forked child that raises a signal ends itself and not its parent") {
    CHECK((status_of_child([] { std::raise(SIGTERM); }) & 0x7f) == SIGTERM);
    CHECK(status_of_child([] {}) == 99 << 8);
}

namespace {
bool in_child = false;
}  // namespace

TEST_CASE("fork tells the C library: its handlers run, in the child, too") {
    REQUIRE(pthread_atfork(nullptr, nullptr, [] { in_child = true; }) == 0);
    CHECK(status_of_child([] { wali::process::exit(in_child ? 0 : 1); }) == 0);
    CHECK_FALSE(in_child);
}

TEST_CASE("a forked child knows who it is") {
    const wali::Pid parent = wali::process::id();
    CHECK(status_of_child([&] {
              const bool right = wali::process::parent_id() == parent && wali::process::id() != parent;
              wali::process::exit(right ? 0 : 1);
          }) == 0);
}

TEST_CASE("ids are keys") {
    std::unordered_map<wali::Pid, int> children;
    children[wali::process::id()] = 1;
    CHECK(children.contains(wali::process::id()));
    CHECK_FALSE(children.contains(wali::Pid(0)));
}
