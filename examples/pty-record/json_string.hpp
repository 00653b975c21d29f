// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pty_record {

/// How many bytes of the text come before a character of UTF-8 at its end that is cut off.
inline std::size_t size_of_whole_characters(std::string_view text) {
    // What a character begins with that goes on for more than so many bytes.
    constexpr unsigned char first[] = {0xc0, 0xe0, 0xf0};
    for (std::size_t behind = 0; behind < 3 && behind < text.size(); ++behind) {
        const std::size_t at = text.size() - 1 - behind;
        if (static_cast<unsigned char>(text[at]) >= first[behind]) return at;
    }
    return text.size();
}

/// A JSON string. What is no UTF-8 stays as it is.
inline std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || c == '"' || c == '\\' || byte == 0x7f)
            (out += "\\u00") += {digits[byte / 16], digits[byte % 16]};
        else
            out += c;
    }
    return out + "\"";
}

}  // namespace pty_record
