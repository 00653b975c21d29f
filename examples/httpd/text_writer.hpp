// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <span>
#include <string_view>

namespace httpd {

/// Puts text together in memory that somebody else owns. What does not fit is left out, and overflowed() tells so.
class TextWriter {
  public:
    explicit constexpr TextWriter(std::span<char> buffer) noexcept : buffer_(buffer) {}

    constexpr TextWriter& operator<<(std::string_view text) noexcept {
        if (text.size() > buffer_.size() - size_) {
            overflowed_ = true;
            return *this;
        }
        std::ranges::copy(text, buffer_.data() + size_);
        size_ += text.size();
        return *this;
    }

    TextWriter& operator<<(std::unsigned_integral auto number) noexcept {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return *this << std::string_view(digits, end);
    }

    constexpr std::string_view text() const noexcept { return {buffer_.data(), size_}; }
    constexpr bool overflowed() const noexcept { return overflowed_; }

  private:
    std::span<char> buffer_;
    std::size_t size_ = 0;
    bool overflowed_ = false;
};

}  // namespace httpd
