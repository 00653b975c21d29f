// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/types.hpp>

WALI_EXPORT namespace wali {
/// How large a terminal's window is: in characters, and in pixels if it says so. 0 is unknown.
struct WindowSize {
    u16 rows = 0;
    u16 columns = 0;
    u16 width = 0;   ///< in pixels
    u16 height = 0;  ///< in pixels
    /// Whether both are as large.
    constexpr bool operator==(const WindowSize&) const noexcept = default;
};

}  // namespace wali
