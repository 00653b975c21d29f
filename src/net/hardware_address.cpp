// SPDX-License-Identifier: BSL-1.0
#include <wali/net/hardware_address.hpp>

#include "address_text.hpp"

namespace wali {

std::string_view HardwareAddress::format(Text& buffer) const noexcept {
    detail::Writer out(buffer);
    for (usize i = 0; i < size_; ++i) {
        const auto byte = static_cast<u32>(bytes_[i]);
        if (i != 0) out.text(":");
        out.number(byte >> 4, 16);
        out.number(byte & 15, 16);
    }
    return out.written();
}

}  // namespace wali
