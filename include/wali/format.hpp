// SPDX-License-Identifier: BSL-1.0
#pragma once

// Formatting of wali's values with std::format, for programs that use it; <wali/fmt.hpp> does the same for {fmt}. Not
// part of wali.hpp: include it where it is needed. GCC 12's library has no std::format: then there is nothing here.
#include <version>
#if defined(__cpp_lib_format)
#include <format>

#include <wali/core/error.hpp>
#include <wali/core/id.hpp>
#include <wali/net/socket_address.hpp>

/// "openat: ENOENT (no such file or directory)", with the options of a string.
template <>
struct std::formatter<wali::Error> : std::formatter<std::string_view> {
    template <class Context>
    auto format(wali::Error error, Context& context) const {
        wali::Error::Text buffer;
        const auto text = error.format(buffer);
        return std::formatter<std::string_view>::format({text.data(), text.size()}, context);
    }
};

/// "ENOENT (no such file or directory)", with the options of a string.
template <>
struct std::formatter<wali::Errno> : std::formatter<wali::Error> {};

/// What SocketAddress::format() writes, with the options of a string.
template <>
struct std::formatter<wali::SocketAddress> : std::formatter<std::string_view> {
    template <class Context>
    auto format(const wali::SocketAddress& address, Context& context) const {
        wali::SocketAddress::Text buffer;
        const auto text = address.format(buffer);
        return std::formatter<std::string_view>::format({text.data(), text.size()}, context);
    }
};

/// The number, with the options of one.
template <class Tag, class Number>
struct std::formatter<wali::Id<Tag, Number>> : std::formatter<Number> {
    template <class Context>
    auto format(wali::Id<Tag, Number> id, Context& context) const {
        return std::formatter<Number>::format(id.raw(), context);
    }
};
#endif
