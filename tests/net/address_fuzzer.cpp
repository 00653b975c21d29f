// SPDX-License-Identifier: BSL-1.0
// Whatever parse() takes, format() writes so that parse() reads the same address again; and what it refuses, it refuses
// at a place in the text.
#include <cstdint>
#include <string_view>

#include <wali/net/cidr.hpp>
#include <wali/net/endpoint.hpp>
#include <wali/net/unix_address.hpp>

namespace {

template <class Address>
void check(std::string_view text) {
    const auto address = Address::parse(text);
    if (!address) {
        if (address.position() > text.size() || address.expected() == nullptr) __builtin_trap();
        return;
    }
    typename Address::Text buffer;
    const auto again = Address::parse(address.value().format(buffer));
    if (!again || !(again.value() == address.value())) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check<wali::IpAddress>(text);
    check<wali::Cidr>(text);
    check<wali::Endpoint>(text);
    check<wali::UnixAddress>(text);
    check<wali::SocketAddress>(text);
    return 0;
}
