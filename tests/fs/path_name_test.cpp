// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <wali/fs/path_name.hpp>

using wali::Errno;
using wali::fs::base_name;
using wali::fs::directory_name;
using wali::fs::extension;

namespace {

std::string normalised(std::string_view path) {
    std::array<char, 64> buffer;
    return std::string(wali::fs::normalise(buffer, path).value());
}

std::string joined(std::initializer_list<std::string_view> parts) {
    std::array<char, 64> buffer;
    return std::string(wali::fs::join(buffer, parts).value());
}

}  // namespace

TEST_CASE("a path is taken apart as basename(1) and dirname(1) do") {
    struct Row {
        std::string_view path;
        std::string_view base;
        std::string_view directory;
    };
    for (const Row& row :
         {Row{"/usr/lib", "lib", "/usr"}, Row{"/usr/", "usr", "/"}, Row{"usr", "usr", "."}, Row{"/", "/", "/"},
          Row{"//", "/", "/"}, Row{".", ".", "."}, Row{"..", "..", "."}, Row{"", ".", "."}, Row{"a//b//", "b", "a"},
          Row{"//a", "a", "/"}, Row{"a/b/c", "c", "a/b"}}) {
        CAPTURE(row.path);
        CHECK(base_name(row.path) == row.base);
        CHECK(directory_name(row.path) == row.directory);
    }
    static_assert(base_name("a/b") == "b" && directory_name("a/b") == "a");
}

TEST_CASE("the extension begins at the last dot") {
    CHECK(extension("a.tar.gz") == ".gz");
    CHECK(extension("b.d/a") == "");
    CHECK(extension(".profile") == "");
    CHECK(extension("..") == "");
    CHECK(extension("a.") == ".");
    CHECK(extension("x/a.b/") == ".b");
}

TEST_CASE("parts are joined by one slash, and none replaces another") {
    CHECK(joined({"a", "b", "c"}) == "a/b/c");
    CHECK(joined({"/", "b"}) == "/b");
    CHECK(joined({"a/", "/b"}) == "a/b");
    CHECK(joined({"", "b", ""}) == "b");
    CHECK(joined({}) == "");
    CHECK(wali::fs::is_absolute(joined({"/a", "/etc"})));
    CHECK(joined({"/a", "/etc"}) == "/a/etc");
    std::array<char, 3> small;
    CHECK(wali::fs::join(small, {"a", "b"}).value() == "a/b");
    CHECK(wali::fs::join(small, {"a", "bc"}).error() == Errno::NAMETOOLONG);
    CHECK(wali::fs::join(small, {"abc", "d"}).error() == Errno::NAMETOOLONG);
}

TEST_CASE("a normalised path has neither empty components nor dots that text can resolve") {
    CHECK(normalised("a/.././../b/../c/") == "../c");
    CHECK(normalised("") == ".");
    CHECK(normalised("./a//b/.") == "a/b");
    CHECK(normalised("a/b/../..") == ".");
    CHECK(normalised("/../a/./b/..") == "/a");
    CHECK(normalised("/..") == "/");
    CHECK(normalised("../../a") == "../../a");
    CHECK(normalised("a/../..") == "..");
    std::array<char, 3> small;
    CHECK(wali::fs::normalise(small, "a/./b").value() == "a/b");
    CHECK(wali::fs::normalise(small, "a/bc").error() == Errno::NAMETOOLONG);
    CHECK(wali::fs::normalise({}, "").error() == Errno::NAMETOOLONG);
}
