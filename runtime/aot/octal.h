// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace wali::aot {

/// Each byte as an escape that C and the assembler read in strings.
inline std::string octal(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += '\\';
        for (const int shift : {6, 3, 0}) result += static_cast<char>('0' + (byte >> shift & 7));
    }
    return result;
}

}  // namespace wali::aot
