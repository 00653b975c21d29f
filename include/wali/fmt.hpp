// SPDX-License-Identifier: BSL-1.0
#pragma once

// Formatting of wali's values with {fmt}, for programs that use it; <wali/format.hpp> does the same for std::format.
// Not part of wali.hpp: include it where it is needed. With libc++ define FMT_HEADER_ONLY (Debian's compiled libfmt
// belongs to libstdc++), with Clang 22 and fmt 10, whose format strings are no constant expressions there,
// FMT_CONSTEVAL as empty; the CMake target wali::fmt does both. Not <fmt/core.h>, which leaves the formatter of strings
// undefined.
#include <fmt/format.h>

#include <wali/core/error.hpp>
#include <wali/core/id.hpp>
#include <wali/net/socket_address.hpp>

/// "openat: ENOENT (no such file or directory)", with the options of a string.
template <>
struct fmt::formatter<wali::Error> : fmt::formatter<fmt::string_view> {
    template <class Context>
    auto format(wali::Error error, Context& context) const {
        wali::Error::Text buffer;
        const auto text = error.format(buffer);
        return fmt::formatter<fmt::string_view>::format({text.data(), text.size()}, context);
    }
};

/// "ENOENT (no such file or directory)", with the options of a string.
template <>
struct fmt::formatter<wali::Errno> : fmt::formatter<wali::Error> {};

/// What SocketAddress::format() writes, with the options of a string.
template <>
struct fmt::formatter<wali::SocketAddress> : fmt::formatter<fmt::string_view> {
    template <class Context>
    auto format(const wali::SocketAddress& address, Context& context) const {
        wali::SocketAddress::Text buffer;
        const auto text = address.format(buffer);
        return fmt::formatter<fmt::string_view>::format({text.data(), text.size()}, context);
    }
};

/// The number, with the options of one.
template <class Tag, class Number>
struct fmt::formatter<wali::Id<Tag, Number>> : fmt::formatter<Number> {
    template <class Context>
    auto format(wali::Id<Tag, Number> id, Context& context) const {
        return fmt::formatter<Number>::format(id.raw(), context);
    }
};
