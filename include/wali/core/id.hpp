// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <functional>

#include <wali/abi/types.hpp>

WALI_EXPORT namespace wali {
/// A number that the kernel gave to something, as a type of its own: a Pid is no Uid and no int.
template <class Tag, class Number>
class Id {
  public:
    explicit constexpr Id(Number number) noexcept : number_(number) {}
    /// The number, for the raw calls.
    constexpr Number raw() const noexcept { return number_; }
    /// Compares the numbers.
    constexpr auto operator<=>(const Id&) const noexcept = default;

  private:
    Number number_;
};

/// A process (or its first thread), a thread, a user, a group: see credentials(7).
using Pid = Id<struct PidTag, i32>;
using Tid = Id<struct TidTag, i32>;
using Uid = Id<struct UidTag, u32>;
using Gid = Id<struct GidTag, u32>;

}  // namespace wali

// Ids are keys of std::unordered_map. Doxygen would look for the namespace std.
/// @cond
template <class Tag, class Number>
struct std::hash<wali::Id<Tag, Number>> {  // NOLINT(bugprone-std-namespace-modification): of a type of ours
    std::size_t operator()(wali::Id<Tag, Number> id) const noexcept { return std::hash<Number>()(id.raw()); }
};
/// @endcond
