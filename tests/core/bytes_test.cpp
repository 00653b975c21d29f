// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wali/core/bytes.hpp>
#include <wali/core/transfer.hpp>

using wali::ConstBytes;

namespace {

std::string seen_by_kernel(ConstBytes bytes) { return std::string(wali::as_text(bytes)); }

}  // namespace

TEST_CASE("any text is bytes, up to its NUL if it has one") {
    CHECK(seen_by_kernel("literal") == "literal");
    CHECK(seen_by_kernel("").empty());
    CHECK(seen_by_kernel("before\0after") == "before");
    CHECK(seen_by_kernel(std::string("a\0b", 3)) == std::string("a\0b", 3));
    const char* const pointer = "pointer";
    CHECK(seen_by_kernel(pointer) == "pointer");
    std::string text = "changes";
    CHECK(seen_by_kernel(text.data()) == "changes");
    CHECK(wali::ConstBuffer("literal").size() == 7);
}

TEST_CASE("a char array without a NUL is no longer than it is") {
    static constexpr char both[2][4] = {{'w', 'a', 'l', 'i'}, {'m', 'o', 'r', 'e'}};
    CHECK(seen_by_kernel(both[0]) == "wali");
    CHECK(wali::ConstBuffer(both[0]).size() == 4);
}

TEST_CASE("as_bytes is the memory of arrays, vectors and spans") {
    const int numbers[] = {1, 2};
    CHECK(wali::as_bytes(numbers).data() == static_cast<const void*>(numbers));
    CHECK(wali::as_bytes(numbers).size() == sizeof numbers);
    const std::vector<short> vector = {1, 2, 3};
    CHECK(wali::as_bytes(vector).data() == static_cast<const void*>(vector.data()));
    CHECK(wali::as_bytes(vector).size() == 6);
    CHECK(wali::as_bytes(std::span(vector).first(2)).size() == 4);
    const std::array<double, 3> array{};
    CHECK(wali::as_bytes(array).size() == 24);
    CHECK(wali::as_bytes(std::string_view("ab")).size() == 2);
}

TEST_CASE("a write that takes nothing ends a transfer with an error, a read that gives nothing ends it") {
    const auto one_then_none = [](wali::usize done) noexcept -> wali::result<wali::usize> {
        return done == 0 ? wali::usize{1} : wali::usize{0};
    };
    const wali::Transfer written = wali::transfer_all(wali::Call::write, 3, one_then_none);
    CHECK(written.error() == wali::Error(wali::Errno::IO, wali::Call::write));
    CHECK(written.transferred() == 1);
    CHECK(wali::transfer_all(3, one_then_none).value() == 1);
    CHECK(wali::transfer_all(wali::Call::write, 1, one_then_none).value() == 1);
}

TEST_CASE("bytes are views, of which copies are made") {
    // What data() points to is a buffer; where data() is no pointer, there is none, and no error inside our headers.
    struct Iterated {
        std::string::reverse_iterator data() const;
        std::size_t size() const;
    };
    static_assert(!std::is_convertible_v<Iterated, wali::ConstBytes> &&
                  !std::is_convertible_v<Iterated&, wali::MutableBytes>);
    static_assert(std::ranges::view<ConstBytes> && std::ranges::borrowed_range<ConstBytes>);
    static_assert(std::ranges::view<wali::MutableBytes> && std::ranges::borrowed_range<wali::MutableBytes>);
    std::array<char, 4> text{'w', 'a', 'l', 'i'};
    const wali::MutableBytes bytes = text;
    const wali::MutableBytes copy = std::as_const(bytes);
    CHECK(copy.data() == static_cast<void*>(text.data()));
    const wali::MutableBuffer buffers[] = {bytes, std::span(text).first(2), text};
    CHECK(buffers[0].size() == 4);
    CHECK(buffers[1].size() == 2);
    CHECK(buffers[2].bytes().data() == copy.data());
    CHECK(wali::as_text(copy) == "wali");
}
