// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <wali/abi/types.hpp>

/// Bit masks out of the enumerations that abi/constants/ marks as flags. They live beside the enumerations, so that
/// argument-dependent lookup finds them.
WALI_EXPORT namespace wali::abi {
template <class E>
concept Flags = std::is_enum_v<E> && requires { is_flags(E{}); };

/// The number behind a constant: what the raw calls take.
template <class E>
    requires std::is_enum_v<E>
constexpr std::underlying_type_t<E> bits(E value) noexcept {
    return static_cast<std::underlying_type_t<E>>(value);
}

/// The union of two masks, and below what else there is for the bits of numbers.
template <Flags E>
constexpr E operator|(E a, E b) noexcept {
    return static_cast<E>(bits(a) | bits(b));
}
template <Flags E>
constexpr E operator&(E a, E b) noexcept {
    return static_cast<E>(bits(a) & bits(b));
}
template <Flags E>
constexpr E operator^(E a, E b) noexcept {
    return static_cast<E>(bits(a) ^ bits(b));
}
template <Flags E>
constexpr E operator~(E a) noexcept {
    return static_cast<E>(~bits(a));
}
template <Flags E>
constexpr E& operator|=(E& a, E b) noexcept {
    return a = a | b;
}
template <Flags E>
constexpr E& operator&=(E& a, E b) noexcept {
    return a = a & b;
}

/// Whether `set` has every bit of `flags`.
template <Flags E>
constexpr bool contains(E set, E flags) noexcept {
    return (set & flags) == flags;
}

/// Whether `set` has at least one bit of `flags`.
template <Flags E>
constexpr bool intersects(E set, E flags) noexcept {
    return bits(set & flags) != 0;
}

}  // namespace wali::abi
