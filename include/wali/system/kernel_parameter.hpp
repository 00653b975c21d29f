// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/core/result.hpp>

/// The kernel's parameters by their names, as sysctl(8) has them: "net.core.somaxconn", or as a path, "net/core/
/// somaxconn", in which a dot is one. They are files below /proc/sys: a name never leads out of there. Errors: NOENT
/// (no such parameter), ACCES, NAMETOOLONG (255 bytes are enough), XDEV (a name from the root), ISDIR (a group of
/// them).
WALI_EXPORT namespace wali::system {
/// openat(2), openat2(2) and read(2), tiers spec and named: the value, without the end of the line, in `buffer`. RANGE
/// if that is not longer than the value with it.
result<std::string_view> kernel_parameter(std::string_view name, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;

/// openat(2), openat2(2) and read(2), tiers spec and named: the same of a parameter that is one number. BADMSG for
/// others.
result<i64> kernel_number(std::string_view name) noexcept;

/// openat(2), openat2(2) and write(2), tiers spec and named: gives the parameter a value. INVAL for one that it cannot
/// have. PERM or ACCES without the right.
result<void> set_kernel_parameter(std::string_view name, std::string_view value) noexcept;
result<void> set_kernel_parameter(std::string_view name, i64 value) noexcept;

}  // namespace wali::system
