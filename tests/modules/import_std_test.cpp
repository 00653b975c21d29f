// SPDX-License-Identifier: BSL-1.0
// The framework beside the standard library as a module, imported before its headers are included.
import std;
import wali;

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <wali/wali.hpp>

TEST_CASE("import std and import wali give the types that their headers declare") {
    const std::vector<std::string> paths{"/dev/null", "/nowhere/at/all"};
    CHECK(wali::File::open(paths[0]).has_value());
    CHECK(wali::File::open(paths[1]).error() == wali::Errno::NOENT);
    CHECK(std::chrono::milliseconds(1500) < wali::MonotonicClock::now().time_since_epoch());
}
