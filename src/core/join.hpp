// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include <wali/abi/types.hpp>

namespace wali::detail {

/// Copies the parts one after another, as far as they fit, and returns what was written.
template <usize size>
std::string_view join(std::array<char, size>& buffer, std::initializer_list<std::string_view> parts) noexcept {
    usize end = 0;
    for (const std::string_view part : parts) {
        const usize count = std::min(part.size(), size - end);
        std::copy_n(part.data(), count, buffer.data() + end);
        end += count;
    }
    return {buffer.data(), end};
}

}  // namespace wali::detail
