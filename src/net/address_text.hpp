// SPDX-License-Identifier: BSL-1.0
#pragma once

// What the texts of all kinds of addresses are read and written with.

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <concepts>
#include <string_view>

#include <wali/abi/types.hpp>

namespace wali::detail {

static_assert(std::endian::native == std::endian::little, "the host that network byte order is swapped for");

/// A number of 16 bits from network byte order to the host's, or back.
constexpr u16 swap_bytes(u16 value) noexcept { return static_cast<u16>((value >> 8) | (value << 8)); }

/// Reads a whole decimal or hexadecimal number that fits `T`: digits only, no sign.
template <std::unsigned_integral T>
bool read_number(std::string_view text, T& value, int base, usize most_digits) noexcept {
    if (text.empty() || text.size() > most_digits) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

/// The same in decimal without leading zeros, which are octal to some.
template <class T>
bool read_decimal(std::string_view text, T& value, usize most_digits) noexcept {
    return read_number(text, value, 10, most_digits) && (text.size() == 1 || text[0] != '0');
}

/// Appends to a fixed buffer; what does not fit is left out.
template <usize room>
class Writer {
  public:
    explicit Writer(std::array<char, room>& buffer) noexcept : buffer_(buffer) {}
    void text(std::string_view text) noexcept {
        const usize n = std::min(text.size(), buffer_.size() - size_);
        std::copy_n(text.data(), n, buffer_.data() + size_);
        size_ += n;
    }
    void number(u32 value, int base = 10) noexcept {
        char digits[12];
        const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
        text({digits, static_cast<usize>(end - digits)});
    }
    std::string_view written() const noexcept { return {buffer_.data(), size_}; }

  private:
    std::array<char, room>& buffer_;
    usize size_ = 0;
};

}  // namespace wali::detail
