// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/mem/memory_map.hpp>

using wali::Errno;
using wali::File;
using wali::MemoryMap;
using wali::OpenFlags;
using wali::Protection;

namespace {

constexpr wali::usize page_size = MemoryMap::page_size;

bool is_zero(wali::ConstBytes bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

File file_with(const std::string& path, std::string_view text) {
    File file = File::open(path, OpenFlags::RDWR | OpenFlags::CREAT).value();
    REQUIRE(file.write_all(text));
    return file;
}

}  // namespace

TEST_CASE("anonymous memory is zero and writable") {
    MemoryMap map = MemoryMap::anonymous(3 * page_size).value();
    CHECK(map.size() == 3 * page_size);
    CHECK(is_zero(map.bytes()));
    std::ranges::fill(map.mutable_bytes(), std::byte{7});
    CHECK(map.bytes()[3 * page_size - 1] == std::byte{7});
}

TEST_CASE("a map shows the file, past whose end the page is zero") {
    const test::TemporaryDirectory dir;
    const File file = file_with(dir.path("a"), "hello");
    const MemoryMap map = MemoryMap::of_file(file, page_size).value();
    CHECK(wali::as_text(map.bytes().first(5)) == "hello");
    CHECK(is_zero(map.bytes().subspan(5)));
}

TEST_CASE("a map outlives its descriptor") {
    const test::TemporaryDirectory dir;
    MemoryMap map;
    {
        const File file = file_with(dir.path("a"), "hello");
        map = MemoryMap::of_file(file, 5).value();
    }
    CHECK(wali::as_text(map.bytes()) == "hello");
}

TEST_CASE("an offset selects pages of the file") {
    const test::TemporaryDirectory dir;
    const File file = file_with(dir.path("a"), std::string(page_size, 'a') + "tail");
    CHECK(wali::as_text(MemoryMap::of_file(file, 4, {.offset = page_size}).value().bytes()) == "tail");
    CHECK(MemoryMap::of_file(file, 4, {.offset = 1}).error() == Errno::INVAL);
}

TEST_CASE("a shared map writes back, a private one does not") {
    const test::TemporaryDirectory dir;
    const File file = file_with(dir.path("a"), "hello");
    {
        MemoryMap map = MemoryMap::of_file(file, 5, {.protection = Protection::READ | Protection::WRITE}).value();
        map.mutable_bytes()[0] = std::byte{'J'};
    }
    std::string text(5, '\0');
    REQUIRE(file.read_at(text, 0).value() == 5);
    CHECK(text == "hello");
    {
        MemoryMap map =
            MemoryMap::of_file(file, 5, {.protection = Protection::READ | Protection::WRITE, .shared = true}).value();
        map.mutable_bytes()[0] = std::byte{'J'};
        CHECK(map.sync());
    }
    REQUIRE(file.read_at(text, 0).value() == 5);
    CHECK(text == "Jello");
}

TEST_CASE("bad requests fail with the kernel's errors") {
    const test::TemporaryDirectory dir;
    REQUIRE(file_with(dir.path("a"), "hello"));
    CHECK(MemoryMap::anonymous(0).error() == Errno::INVAL);
    const File read_only = File::open(dir.path("a")).value();
    CHECK(MemoryMap::of_file(read_only, 5, {.protection = Protection::WRITE, .shared = true}).error() == Errno::ACCES);
    CHECK(MemoryMap::of_file(wali::BorrowedFd::from_raw(-1), 5).error() == Errno::BADF);
    CHECK(MemoryMap::of_file(File::open(dir.path(".")).value(), 5).error() == Errno::NODEV_);
}

TEST_CASE("resize keeps the contents and zero-fills") {
    MemoryMap map = MemoryMap::anonymous(page_size).value();
    map.mutable_bytes()[page_size - 1] = std::byte{9};
    CHECK(map.resize(64 * page_size));
    CHECK(map.size() == 64 * page_size);
    CHECK(map.bytes()[page_size - 1] == std::byte{9});
    CHECK(is_zero(map.bytes().subspan(page_size)));
    CHECK(map.resize(page_size));
    CHECK(map.bytes()[page_size - 1] == std::byte{9});
}

TEST_CASE("a moved-from map is empty, unmap reports once") {
    MemoryMap first = MemoryMap::anonymous(page_size).value();
    MemoryMap second = std::move(first);
    CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(second.unmap());
    CHECK_FALSE(static_cast<bool>(second));
}

TEST_CASE("advise and protect reach the kernel") {
    MemoryMap map = MemoryMap::anonymous(4 * page_size).value();
    map.mutable_bytes()[0] = std::byte{1};
    CHECK(map.advise(wali::MemoryAdvice::DONTNEED));
    CHECK(map.bytes()[0] == std::byte{0});
    CHECK(map.protect(Protection::READ));
    CHECK(map.protect(Protection::READ | Protection::WRITE));
    map.mutable_bytes()[0] = std::byte{2};
    CHECK(map.bytes()[0] == std::byte{2});
}

TEST_CASE("many maps live side by side and are reused") {
    std::vector<MemoryMap> maps;
    for (unsigned i = 0; i < 64; ++i) {
        maps.push_back(MemoryMap::anonymous((1 + i % 5) * page_size).value());
        std::ranges::fill(maps.back().mutable_bytes(), static_cast<std::byte>(i));
    }
    for (unsigned i = 0; i < 64; i += 2) CHECK(maps[i].unmap());
    for (unsigned i = 0; i < 64; i += 2) {
        maps[i] = MemoryMap::anonymous((1 + i % 7) * page_size).value();
        CHECK(is_zero(maps[i].bytes()));
    }
    for (unsigned i = 1; i < 64; i += 2) CHECK(maps[i].bytes().back() == static_cast<std::byte>(i));
}
