// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <support/temporary_directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/mem/process_memory.hpp>

using wali::Errno;
using wali::File;
using wali::MemoryMap;
using wali::MutableMemoryMap;
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
    MutableMemoryMap map = MutableMemoryMap::anonymous(3 * page_size).value();
    CHECK(map.size() == 3 * page_size);
    CHECK(is_zero(map.bytes()));
    std::ranges::fill(map.bytes(), std::byte{7});
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
        MutableMemoryMap map = MutableMemoryMap::of_file(file, 5).value();
        map.bytes()[0] = std::byte{'J'};
    }
    std::string text(5, '\0');
    REQUIRE(file.read_at(text, 0).value() == 5);
    CHECK(text == "hello");
    {
        MutableMemoryMap map = MutableMemoryMap::of_file(file, 5, {.map = {.shared = true}}).value();
        map.bytes()[0] = std::byte{'J'};
        CHECK(map.sync());
        CHECK(map.sync(1).error() == Errno::INVAL);
    }
    REQUIRE(file.read_at(text, 0).value() == 5);
    CHECK(text == "Jello");
}

TEST_CASE("bad requests fail with the kernel's errors") {
    const test::TemporaryDirectory dir;
    REQUIRE(file_with(dir.path("a"), "hello"));
    CHECK(MutableMemoryMap::anonymous(0).error() == Errno::INVAL);
    const File read_only = File::open(dir.path("a")).value();
    CHECK(MutableMemoryMap::of_file(read_only, 5, {.map = {.shared = true}}).error() == Errno::ACCES);
    CHECK(MemoryMap::of_file(wali::BorrowedFd::from_raw(-1), 5).error() == Errno::BADF);
    CHECK(MemoryMap::of_file(File::open(dir.path(".")).value(), 5).error() == Errno::NODEV_);
}

TEST_CASE("resize keeps the contents and zero-fills") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(page_size).value();
    map.bytes()[page_size - 1] = std::byte{9};
    CHECK(map.resize(64 * page_size));
    CHECK(map.size() == 64 * page_size);
    CHECK(map.bytes()[page_size - 1] == std::byte{9});
    CHECK(is_zero(map.bytes().subspan(page_size)));
    CHECK(map.resize(page_size));
    CHECK(map.bytes()[page_size - 1] == std::byte{9});
}

TEST_CASE("a moved-from map is empty, unmap reports once, and a map may be handed on to be read only") {
    MutableMemoryMap first = MutableMemoryMap::anonymous(page_size).value();
    first.bytes()[0] = std::byte{5};
    MemoryMap second = std::move(first);
    CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(second.bytes()[0] == std::byte{5});
    CHECK(second.unmap());
    CHECK_FALSE(static_cast<bool>(second));
    CHECK(second.unmap());
}

TEST_CASE("advise and protect reach the kernel, for the whole map or a part of it") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(4 * page_size).value();
    map.bytes()[0] = map.bytes()[page_size] = std::byte{1};
    CHECK(map.advise(wali::MemoryAdvice::DONTNEED, page_size, page_size));
    CHECK(map.bytes()[0] == std::byte{1});
    CHECK(map.bytes()[page_size] == std::byte{0});
    CHECK(map.advise(wali::MemoryAdvice::DONTNEED));
    CHECK(map.bytes()[0] == std::byte{0});
    CHECK(map.protect(Protection::READ, page_size));
    map.bytes()[page_size - 1] = std::byte{2};
    CHECK(map.protect(Protection::READ | Protection::WRITE));
    map.bytes()[page_size] = std::byte{2};
    CHECK(map.bytes()[page_size] == std::byte{2});
    CHECK(map.protect(Protection::READ, 0, 5 * page_size).error() == Errno::INVAL);
    CHECK(map.protect(Protection::READ, 5 * page_size).error() == Errno::INVAL);
    CHECK(map.advise(wali::MemoryAdvice::DONTNEED, 1).error() == Errno::INVAL);
}

TEST_CASE("values are views of the map that end where it ends") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(page_size).value();
    const std::span<wali::u32> numbers = map.values<wali::u32>(8, 4).value();
    numbers[3] = 7;
    const MemoryMap& to_read = map;
    CHECK(to_read.values<wali::u32>(20, 1).value()[0] == 7);
    CHECK(map.values<wali::u32>(2, 1).error() == Errno::INVAL);
    CHECK(map.values<wali::u32>(page_size - 4, 1).has_value());
    CHECK(map.values<wali::u32>(page_size - 4, 2).error() == Errno::INVAL);
    CHECK(map.values<wali::u32>(0, ~wali::usize{0}).error() == Errno::INVAL);
    CHECK(map.values<wali::u32>(2 * page_size, 0).error() == Errno::INVAL);
    CHECK(map.object<wali::u64>(16).value() == static_cast<void*>(&map.bytes()[16]));
    CHECK(map.object<wali::u64>(page_size).error() == Errno::INVAL);
}

TEST_CASE("guard pages lie on either side and go with the map") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(page_size + 1, {.guard = 2 * page_size}).value();
    CHECK(map.size() == page_size + 1);
    std::ranges::fill(map.bytes(), std::byte{3});
    // The kernel refuses to write there, where the program would get SIGSEGV.
    std::byte* const end = map.bytes().data() + 2 * page_size;
    std::byte* const begin = map.bytes().data();
    const File zeros = File::open("/dev/zero").value();
    CHECK(zeros.read(std::span(end, 1)).error() == Errno::FAULT);
    CHECK(zeros.read(std::span(end + 2 * page_size - 1, 1)).error() == Errno::FAULT);
    CHECK(zeros.read(std::span(begin - 1, 1)).error() == Errno::FAULT);
    CHECK(zeros.read(std::span(begin - 2 * page_size, 1)).error() == Errno::FAULT);
    CHECK(map.resize(page_size).error() == Errno::INVAL);
    CHECK(map.unmap());
    // All of it is free for another map.
    CHECK(MutableMemoryMap::anonymous(6 * page_size, {.address = begin - 2 * page_size}).has_value());
    CHECK(MutableMemoryMap::anonymous(page_size, {.guard = 1}).error() == Errno::INVAL);
    const wali::usize most = ~wali::usize{0} / page_size * page_size;
    CHECK(MutableMemoryMap::anonymous(most).error() == Errno::NOMEM);
    CHECK(MutableMemoryMap::anonymous(most, {.guard = page_size}).error() == Errno::NOMEM);
    CHECK(MutableMemoryMap::anonymous(page_size, {.guard = ~wali::usize{0} / 2 + 1}).error() == Errno::NOMEM);
}

TEST_CASE("a map at an address replaces nothing") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(2 * page_size).value();
    std::byte* const address = map.bytes().data();
    CHECK(MutableMemoryMap::anonymous(page_size, {.address = address}).error() == Errno::EXIST);
    CHECK(map.resize(page_size));
    const MutableMemoryMap behind = MutableMemoryMap::anonymous(page_size, {.address = address + page_size}).value();
    CHECK(behind.bytes().data() == address + page_size);
    CHECK(map.resize_in_place(2 * page_size).error() == Errno::NOMEM);
    CHECK(map.size() == page_size);
}

TEST_CASE("residence tells which pages are in memory") {
    MutableMemoryMap map = MutableMemoryMap::anonymous(4 * page_size).value();
    map.bytes()[2 * page_size] = std::byte{1};
    std::vector<wali::u8> pages(4);
    CHECK(map.residence(pages));
    CHECK((pages[0] & 1) == 0);
    CHECK((pages[2] & 1) == 1);
    CHECK(map.residence(std::span(pages).first(1), 2 * page_size));
    CHECK((pages[0] & 1) == 1);
    CHECK(map.residence(pages, page_size).error() == Errno::INVAL);
    CHECK(map.residence(pages, 1).error() == Errno::INVAL);
    const MutableMemoryMap at_once = MutableMemoryMap::anonymous(4 * page_size, {.map = {.populate = true}}).value();
    CHECK(at_once.residence(pages));
    CHECK(std::ranges::all_of(pages, [](wali::u8 page) { return (page & 1) == 1; }));
}

TEST_CASE("pages are locked in memory and let go") {
    const MutableMemoryMap map = MutableMemoryMap::anonymous(2 * page_size).value();
    std::vector<wali::u8> pages(2);
    CHECK(map.lock());
    CHECK(map.residence(pages));
    CHECK((pages[1] & 1) == 1);
    CHECK(map.unlock());
    CHECK(map.lock(wali::MlockFlags::ONFAULT, page_size, page_size));
    CHECK(map.unlock(page_size));
    CHECK(map.lock(static_cast<wali::MlockFlags>(64)).error() == Errno::INVAL);
    CHECK(MutableMemoryMap::anonymous(page_size, {.map = {.locked = true, .no_reserve = true}}).has_value());
    CHECK(wali::mem::lock_all(wali::MlockallFlags::FUTURE | wali::MlockallFlags::ONFAULT));
    CHECK(wali::mem::unlock_all());
    CHECK(wali::mem::lock_all(wali::MlockallFlags{}).error() == Errno::INVAL);
}

TEST_CASE("huge pages come from the administrator") {
    auto map = MutableMemoryMap::anonymous(page_size, {.map = {.huge_pages = wali::HugePages::OF_2_MIB}});
    if (map.has_error()) {
        CHECK(map.error() == Errno::NOMEM);
        return;
    }
    map.value().bytes()[page_size - 1] = std::byte{1};
    CHECK(map.value().unmap());  // all of the page that was asked for in part
}

TEST_CASE("many maps live side by side and are reused") {
    std::vector<MutableMemoryMap> maps;
    for (unsigned i = 0; i < 64; ++i) {
        maps.push_back(MutableMemoryMap::anonymous((1 + i % 5) * page_size).value());
        std::ranges::fill(maps.back().bytes(), static_cast<std::byte>(i));
    }
    for (unsigned i = 0; i < 64; i += 2) CHECK(maps[i].unmap());
    for (unsigned i = 0; i < 64; i += 2) {
        maps[i] = MutableMemoryMap::anonymous((1 + i % 7) * page_size).value();
        CHECK(is_zero(maps[i].bytes()));
    }
    for (unsigned i = 1; i < 64; i += 2) CHECK(maps[i].bytes().back() == static_cast<std::byte>(i));
}
