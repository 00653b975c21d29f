// SPDX-License-Identifier: BSL-1.0
#include "refusal.h"

#include <cstring>

namespace wali::aot {

void unknown_shape() {
    throw Refusal(
        "internal error: the C writer's output is not that of wabt 1.0.36; build the runtime with that version");
}

std::string with_errno(const std::string& what, int error) { return what + ": " + std::strerror(error); }

std::string printable(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    return result;
}

}  // namespace wali::aot
