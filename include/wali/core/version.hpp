// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>

#include <wali/abi/export.hpp>
#include <wali/version.hpp>

WALI_EXPORT namespace wali {
/// A version of wali++. Later ones are greater.
struct Version {
    int major;
    int minor;
    int patch;
    constexpr auto operator<=>(const Version&) const noexcept = default;
};

/// The version of the headers or modules that the caller was compiled with; the macros of <wali/version.hpp> for `#if`
/// say the same.
constexpr Version version() noexcept { return {WALI_VERSION_MAJOR, WALI_VERSION_MINOR, WALI_VERSION_PATCH}; }

}  // namespace wali
