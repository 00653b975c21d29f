// SPDX-License-Identifier: BSL-1.0
#include <wali/net/unix_address.hpp>

#include "address_text.hpp"

namespace wali {

namespace {

constexpr std::string_view prefix = "unix:";

/// An address that holds nothing but its family.
SocketAddress unnamed() noexcept {
    SocketAddress address;
    address.out()->sa_family = static_cast<u16>(abi::bits(AddressFamily::UNIX));
    return address;
}

}  // namespace

UnixAddress::UnixAddress() noexcept : address_(unnamed()) {}

result<UnixAddress> UnixAddress::path(std::string_view path) noexcept {
    return SocketAddress::unix_path(path).and_then(&from);
}

result<UnixAddress> UnixAddress::abstract(std::string_view name) noexcept {
    return SocketAddress::unix_abstract(name).and_then(&from);
}

Parsed<UnixAddress> UnixAddress::parse(std::string_view text) noexcept {
    if (!text.starts_with(prefix)) return {Errno::INVAL, 0, "\"unix:\""};
    const std::string_view name = text.substr(prefix.size());
    if (name.empty()) return UnixAddress();
    const bool is_abstract = name.starts_with('@');
    const auto address = is_abstract ? abstract(name.substr(1)) : path(name);
    if (address) return address.assume_value();
    const usize name_at = prefix.size() + (is_abstract ? 1 : 0);
    if (address.assume_error() == Errno::NAMETOOLONG)
        return {Errno::NAMETOOLONG, name_at + name_max, "the end of the name, which has at most 107 bytes"};
    return {Errno::INVAL, text.find('\0'), "a path without a NUL"};
}

result<UnixAddress> UnixAddress::from(const SocketAddress& address) noexcept {
    UnixAddress out;
    if (address.size() == 0) return out;
    if (address.family() != AddressFamily::UNIX) return Errno::AFNOSUPPORT;
    out.address_ = address;
    return out;
}

}  // namespace wali
