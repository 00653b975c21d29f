// SPDX-License-Identifier: BSL-1.0
#pragma once

// Formatting of wali's values with {fmt}, for programs that use it. Not part of wali.hpp: include it where it is
// needed, with FMT_HEADER_ONLY defined (Debian's compiled libfmt belongs to another standard library) and FMT_CONSTEVAL
// empty (fmt 10's format strings are no constant expressions for Clang 22). The CMake target wali::fmt does both.
#include <fmt/core.h>

#include <wali/core/result.hpp>
#include <wali/net/socket_address.hpp>

/// "ENOENT: no such file or directory", with the options of a string.
template <>
struct fmt::formatter<wali::Errno> : fmt::formatter<fmt::string_view> {
    template <class Context>
    auto format(wali::Errno error, Context& context) const {
        // The longest text of Linux has 50 bytes; the name adds at most 17.
        char text[96];
        const auto end =
            fmt::format_to_n(text, sizeof text, "{}: {}", wali::errno_name(error), wali::errno_text(error));
        return fmt::formatter<fmt::string_view>::format({text, static_cast<size_t>(end.out - text)}, context);
    }
};

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
