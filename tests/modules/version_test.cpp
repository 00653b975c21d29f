// SPDX-License-Identifier: BSL-1.0
#include <doctest/doctest.h>
#include <wali/version.hpp>

import wali;

#if WALI_VERSION < WALI_VERSION_MAJOR * 10000
#error "the version has no number for #if"
#endif

TEST_CASE("the version is the same for #if and for code") {
    static_assert(wali::version() == wali::Version{WALI_VERSION_MAJOR, WALI_VERSION_MINOR, WALI_VERSION_PATCH});
    constexpr auto version = wali::version();
    CHECK(version.major * 10000 + version.minor * 100 + version.patch == WALI_VERSION);
}

TEST_CASE("later versions are greater") {
    CHECK(wali::Version{0, 10, 0} > wali::Version{0, 9, 12});
    CHECK(wali::Version{1, 0, 0} > wali::Version{0, 99, 99});
}
