// SPDX-License-Identifier: BSL-1.0
// Whatever parse() takes, format() writes so that parse() reads the same address again.
#include <cstdint>
#include <string_view>

#include <wali/net/socket_address.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto address = wali::SocketAddress::parse({reinterpret_cast<const char*>(data), size});
    if (!address) return 0;
    wali::SocketAddress::Text buffer;
    const auto again = wali::SocketAddress::parse(address.value().format(buffer));
    if (!again || !(again.value() == address.value())) __builtin_trap();
    return 0;
}
