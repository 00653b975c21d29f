// SPDX-License-Identifier: BSL-1.0
#include <wali/net/cidr.hpp>

#include "address_text.hpp"

namespace wali {

Parsed<Cidr> Cidr::parse(std::string_view text) noexcept {
    const std::string_view host = text.substr(0, text.find('/'));
    const auto address = IpAddress::parse(host);
    if (!address) return {address, 0};
    if (host.size() == text.size()) return {Errno::INVAL, text.size(), "\"/\" and the length of the prefix"};
    unsigned prefix_length = 0;
    if (detail::read_decimal(text.substr(host.size() + 1), prefix_length, 3))
        if (const auto cidr = of(address.assume_value(), prefix_length)) return cidr.assume_value();
    return {Errno::INVAL, host.size() + 1,
            address.assume_value().is_v4() ? "a number from 0 to 32" : "a number from 0 to 128"};
}

std::string_view Cidr::format(Text& buffer) const noexcept {
    IpAddress::Text address;
    detail::Writer out(buffer);
    out.text(address_.format(address));
    out.text("/");
    out.number(prefix_length_);
    return out.written();
}

}  // namespace wali
