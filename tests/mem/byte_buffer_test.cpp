// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <wali/mem/byte_buffer.hpp>

using wali::ByteBuffer;
using wali::Errno;

TEST_CASE("what is committed is data until it is consumed") {
    ByteBuffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
    const wali::MutableBytes room = buffer.reserve(5).value();
    REQUIRE(room.size() >= 5);
    std::ranges::copy(std::string_view("hello"), reinterpret_cast<char*>(room.data()));
    CHECK(buffer.empty());
    buffer.commit(5);
    CHECK(wali::as_text(buffer.data()) == "hello");
    buffer.consume(2);
    CHECK(wali::as_text(buffer.data()) == "llo");
    buffer.mutable_data()[0] = std::byte{'L'};
    CHECK(wali::as_text(buffer.data()) == "Llo");
    buffer.consume(3);
    CHECK(buffer.empty());
    buffer.consume(0);
    buffer.commit(0);
    CHECK(buffer.reserve(0).has_value());
}

TEST_CASE("an empty buffer has no memory, and nothing of it is undefined") {
    ByteBuffer buffer;
    CHECK(buffer.data().empty());
    CHECK(buffer.reserve(0).value().empty());
    CHECK(buffer.append({}));
    buffer.consume(0);
    buffer.commit(0);
    buffer.clear();
    buffer.shrink();
    CHECK(buffer.capacity() == 0);
}

TEST_CASE("a buffer never grows above its limit, and stays as it was where it would") {
    ByteBuffer buffer(10);
    CHECK(buffer.limit() == 10);
    CHECK(buffer.append("12345678"));
    CHECK(buffer.reserve(3).error() == Errno::NOBUFS);
    CHECK(buffer.append("901").error() == Errno::NOBUFS);
    CHECK(wali::as_text(buffer.data()) == "12345678");
    CHECK(buffer.append("90"));
    CHECK(buffer.capacity() == 10);
    buffer.consume(10);
    CHECK(buffer.reserve(10).value().size() == 10);
    CHECK(buffer.reserve(11).error() == Errno::NOBUFS);
    ByteBuffer all;
    CHECK(all.reserve(~wali::usize{0}).error() == Errno::NOBUFS);
    CHECK(all.reserve(all.limit()).error() == Errno::NOMEM);
    CHECK(all.reserve(1).has_value());
}

TEST_CASE("room stays where it is while data is consumed, until it is committed") {
    ByteBuffer buffer;
    for (const bool clear : {false, true}) {
        CHECK(buffer.append("old"));
        const wali::MutableBytes room = buffer.reserve(3).value();
        room[0] = std::byte{'n'};
        if (clear)
            buffer.clear();
        else
            buffer.consume(3);
        buffer.commit(1);
        CHECK(wali::as_text(buffer.data()) == "n");
        buffer.consume(1);
    }
    // All of it is room again.
    CHECK(buffer.reserve(buffer.capacity()).value().size() == buffer.capacity());
}

TEST_CASE("its own data can be appended to it") {
    ByteBuffer buffer;
    CHECK(buffer.append("ab"));
    for (int i = 0; i < 12; ++i) CHECK(buffer.append(buffer.data()));
    CHECK(buffer.size() == 8192);
    buffer.consume(8190);
    CHECK(buffer.append(buffer.data().subspan(1)));
    CHECK(wali::as_text(buffer.data()) == "abb");
}

TEST_CASE("moving and shrinking leave an empty buffer that works") {
    ByteBuffer buffer(100);
    CHECK(buffer.append("text"));
    buffer.shrink();
    CHECK(buffer.size() == 4);
    ByteBuffer other = std::move(buffer);
    CHECK(wali::as_text(other.data()) == "text");
    CHECK(buffer.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(buffer.append("new"));
    other = std::move(buffer);
    CHECK(wali::as_text(other.data()) == "new");
    other.clear();
    other.shrink();
    CHECK(other.capacity() == 0);
}

TEST_CASE("any sequence of operations does what it does to a string") {
    std::mt19937 random(1);
    ByteBuffer buffer(3000);
    std::string wanted;
    for (int i = 0; i < 20000; ++i) {
        const wali::usize size = random() % 700;
        switch (random() % 3) {
            case 0: {
                const std::string text(size, static_cast<char>('a' + i % 26));
                const bool fits = wanted.size() + size <= 3000;
                REQUIRE(buffer.append(text).has_value() == fits);
                if (fits) wanted += text;
                break;
            }
            case 1: {
                const auto room = buffer.reserve(size);
                if (!room) break;
                REQUIRE(room.value().size() >= size);
                std::ranges::fill(room.value().first(size), static_cast<std::byte>(i));
                buffer.commit(size);
                wanted.append(size, static_cast<char>(i));
                break;
            }
            default: {
                const wali::usize taken = std::min(size, wanted.size());
                buffer.consume(taken);
                wanted.erase(0, taken);
            }
        }
        REQUIRE(wali::as_text(buffer.data()) == wanted);
        REQUIRE(buffer.capacity() <= 3000);
    }
}
