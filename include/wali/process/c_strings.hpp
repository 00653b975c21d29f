// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
namespace detail {
template <class Range>
concept RangeOfTexts = requires(const Range& range) {
    { *std::begin(range) } -> std::convertible_to<std::string_view>;
    std::end(range);
};
}  // namespace detail

/// A list of C strings, as execve(2) takes arguments and environments: copies in memory of its own, by malloc(3).
/// Move-only. What cannot be kept (a NUL inside of a text, no memory) leaves the list as it was, and error() says so:
/// whoever uses the list looks there, so add() needs no check.
class CStrings {
  public:
    CStrings() noexcept = default;
    /// Texts as they are written: `{"ls", "-l", folder}`.
    CStrings(std::initializer_list<std::string_view> texts) noexcept {
        for (const std::string_view text : texts) add(text);
    }
    /// The texts of a container or span.
    template <detail::RangeOfTexts Range>
        requires(!std::same_as<Range, CStrings>)
    CStrings(const Range& texts) noexcept {
        for (const auto& text : texts) add(text);
    }

    CStrings(CStrings&& other) noexcept
        : strings_(std::exchange(other.strings_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)),
          error_(other.error_) {}
    CStrings& operator=(CStrings&& other) noexcept {
        std::swap(strings_, other.strings_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        std::swap(error_, other.error_);
        return *this;
    }
    CStrings(const CStrings&) = delete;
    CStrings& operator=(const CStrings&) = delete;
    ~CStrings();

    /// Adds a copy of `text` behind the others.
    CStrings& add(std::string_view text) noexcept;
    /// Puts a copy of `text` in the place of another; the index must be less than size().
    CStrings& replace(usize index, std::string_view text) noexcept;
    /// Takes one out; the last one takes its place. The index must be less than size().
    CStrings& remove(usize index) noexcept;

    /// How many there are.
    usize size() const noexcept { return size_; }
    /// One of them; the index must be less than size().
    std::string_view operator[](usize index) const noexcept WALI_LIFETIMEBOUND { return strings_[index]; }

    /// INVAL after a text with a NUL inside, NOMEM after memory was short; else success.
    result<void> error() const noexcept {
        if (error_ != Errno{}) return error_;
        return success();
    }

    /// For the raw calls: pointers to all of them, then nullptr.
    const char* const* c_strs() const noexcept WALI_LIFETIMEBOUND {
        static constexpr const char* none[] = {nullptr};
        return strings_ != nullptr ? strings_ : none;
    }

  private:
    char* copy(std::string_view text) noexcept;

    char** strings_ = nullptr;
    usize size_ = 0;
    usize capacity_ = 0;
    Errno error_{};
};

}  // namespace wali
