// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstring>
#include <string>
#include <string_view>

#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// A path as the kernel takes it: NUL-terminated bytes that somebody else owns. Made from a C string or from
/// anything with c_str() and size(), such as std::string; never copies. A string with a NUL inside makes a PathView
/// that is not valid(): the functions that take it return Errno::INVAL instead of using the part before the NUL.
class PathView {
  public:
    constexpr PathView(const char* text) noexcept : text_(text) {}

    constexpr PathView(const std::string& text) noexcept
        : text_(std::char_traits<char>::length(text.c_str()) == text.size() ? text.c_str() : nullptr) {}

    constexpr bool valid() const noexcept { return text_ != nullptr; }
    constexpr const char* c_str() const noexcept { return text_; }

  private:
    const char* text_;
};

/// A NUL-terminated copy, on the stack, of a path that has no NUL yet.
class PathBuffer {
  public:
    /// The longest path the kernel takes, with its NUL: PATH_MAX.
    static constexpr usize capacity = 4096;

    /// Errors: NAMETOOLONG from `capacity` bytes on; INVAL for a NUL inside.
    result<PathView> assign(std::string_view text) noexcept {
        if (text.size() >= capacity) return Errno::NAMETOOLONG;
        if (text.find('\0') != std::string_view::npos) return Errno::INVAL;
        std::memcpy(text_, text.data(), text.size());
        text_[text.size()] = '\0';
        return PathView(text_);
    }

  private:
    char text_[capacity];
};

}  // namespace wali
