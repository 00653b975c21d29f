// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/core/path.hpp>
#include <wali/fs/entry.hpp>

using wali::Errno;
using wali::PathBuffer;
using wali::PathView;

TEST_CASE("a string with a NUL inside is no path") {
    const std::string text("dir\0/etc", 8);
    CHECK_FALSE(PathView(text).valid());
    CHECK(wali::status(text).error() == Errno::INVAL);
    PathBuffer buffer;
    CHECK(buffer.assign(text).error() == Errno::INVAL);
}

TEST_CASE("a PathBuffer terminates a view and refuses what the kernel would") {
    PathBuffer buffer;
    const std::string_view all = "/dev/null/more";
    CHECK(std::string(buffer.assign(all.substr(0, 9)).value().c_str()) == "/dev/null");
    CHECK(buffer.assign(std::string(wali::PathBuffer::capacity - 1, 'a')).has_value());
    CHECK(buffer.assign(std::string(wali::PathBuffer::capacity, 'a')).error() == Errno::NAMETOOLONG);
}
