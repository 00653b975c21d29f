// SPDX-License-Identifier: BSL-1.0
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <wali/core/path.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/file.hpp>

using wali::Errno;
using wali::PathView;

namespace {

/// The text that the kernel would get, or the error.
wali::result<std::string> path_seen_by_kernel(PathView path) {
    return path.with_c_str([](const char* text) -> wali::result<std::string> { return std::string(text); });
}

}  // namespace

TEST_CASE("any text is a path") {
    CHECK(path_seen_by_kernel("/dev/null").value() == "/dev/null");
    CHECK(path_seen_by_kernel(std::string("/dev/null")).value() == "/dev/null");
    CHECK(path_seen_by_kernel(std::string_view("/dev/null/more").substr(0, 9)).value() == "/dev/null");
    CHECK(path_seen_by_kernel(std::filesystem::path("/dev") / "null").value() == "/dev/null");
    CHECK(wali::File::open(std::string_view("/dev/nullify").substr(0, 9)));
    CHECK(path_seen_by_kernel("").value().empty());
    CHECK(path_seen_by_kernel(std::string_view()).value().empty());
    CHECK(wali::fs::status(std::string_view()).error() == Errno::NOENT);
}

TEST_CASE("a char array is a path up to its NUL, and no longer than it is") {
    static constexpr char both[2][4] = {{'/', 'd', 'e', 'v'}, {'/', 'e', 't', 'c'}};
    CHECK(path_seen_by_kernel(both[0]).value() == "/dev");
    char buffer[16] = "/dev";
    CHECK(path_seen_by_kernel(buffer).value() == "/dev");
    const char* const pointer = buffer;
    CHECK(path_seen_by_kernel(pointer).value() == "/dev");
    CHECK(path_seen_by_kernel(&buffer[0]).value() == "/dev");
    const std::vector<char> full(PathView::capacity, 'a');
    CHECK(path_seen_by_kernel(std::string_view(full.data(), full.size())).error() == Errno::NAMETOOLONG);
}

TEST_CASE("text with a NUL inside is no path") {
    const std::string text("dir\0/etc", 8);
    CHECK(wali::fs::status(text).error() == Errno::INVAL);
    CHECK(wali::fs::status(std::string_view(text)).error() == Errno::INVAL);
    CHECK(wali::fs::status(std::filesystem::path(text)).error() == Errno::INVAL);
}

TEST_CASE("text without a NUL behind it is copied whole, or refused where the kernel would") {
    // A view into a larger text, so that a byte too many would show.
    const std::string all(2 * PathView::capacity, 'a');
    for (const wali::usize size : {wali::usize{1}, wali::usize{255}, wali::usize{256}, wali::usize{257},
                                   PathView::capacity - 2, PathView::capacity - 1}) {
        CAPTURE(size);
        CHECK(path_seen_by_kernel(std::string_view(all).substr(0, size)).value() == std::string(size, 'a'));
    }
    CHECK(path_seen_by_kernel(std::string_view(all).substr(0, PathView::capacity)).error() == Errno::NAMETOOLONG);
    CHECK(path_seen_by_kernel(std::string_view(all)).error() == Errno::NAMETOOLONG);
    CHECK(wali::fs::status(all).error() == Errno::NAMETOOLONG);
}
