// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <initializer_list>
#include <span>

#include <wali/abi/export.hpp>
#include <wali/core/lifetime.hpp>

WALI_EXPORT namespace wali {
/// The elements of an array, std::vector or std::span, or of a braced list: what options take that are lists. It views
/// them and must not outlive them: a braced list ends with the statement that it stands in.
template <class T>
class WALI_VIEW ListView {
  public:
    constexpr ListView() noexcept = default;
    constexpr ListView(std::initializer_list<T> list WALI_LIFETIMEBOUND) noexcept
        : elements_(std::data(list), list.size()) {}
    template <class Range>
        requires std::convertible_to<const Range&, std::span<const T>>
    constexpr ListView(const Range& range WALI_LIFETIMEBOUND) noexcept : elements_(range) {}

    /// The elements, for a loop.
    constexpr std::span<const T> elements() const noexcept { return elements_; }
    constexpr const T* begin() const noexcept { return elements_.data(); }
    constexpr const T* end() const noexcept { return elements_.data() + elements_.size(); }
    constexpr bool empty() const noexcept { return elements_.empty(); }

  private:
    std::span<const T> elements_;
};

}  // namespace wali
