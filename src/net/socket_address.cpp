// SPDX-License-Identifier: BSL-1.0
#include <wali/net/socket_address.hpp>

#include <algorithm>
#include <cstring>

#include <wali/net/endpoint.hpp>
#include <wali/net/unix_address.hpp>

#include "address_text.hpp"

namespace wali {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr usize unix_path_offset = sizeof(u16);

result<SocketAddress> make_unix(std::string_view name, bool abstract) noexcept {
    SocketAddress address;
    abi::sockaddr_un raw{};
    raw.sun_family = static_cast<u16>(abi::bits(AddressFamily::UNIX));
    // A path needs its NUL at the end, an abstract name one at the front.
    if (name.size() + 1 > sizeof raw.sun_path) return Errno::NAMETOOLONG;
    std::copy_n(name.data(), name.size(), raw.sun_path + (abstract ? 1 : 0));
    std::memcpy(address.out(), &raw, sizeof raw);
    address.set_size(static_cast<u32>(unix_path_offset + name.size() + 1));
    return address;
}

}  // namespace

SocketAddress::SocketAddress() noexcept = default;

SocketAddress SocketAddress::ipv4(std::array<u8, 4> address, u16 port) noexcept {
    SocketAddress out;
    out.storage_.in = {};
    out.storage_.in.sin_family = static_cast<u16>(abi::bits(AddressFamily::INET));
    out.storage_.in.sin_port = detail::swap_bytes(port);
    std::memcpy(&out.storage_.in.sin_addr, address.data(), address.size());
    out.size_ = sizeof(abi::sockaddr_in);
    return out;
}

SocketAddress SocketAddress::ipv6(std::array<u8, 16> address, u16 port, u32 scope_id, u32 flow_info) noexcept {
    SocketAddress out;
    out.storage_.in6 = {};
    out.storage_.in6.sin6_family = static_cast<u16>(abi::bits(AddressFamily::INET6));
    out.storage_.in6.sin6_port = detail::swap_bytes(port);
    out.storage_.in6.sin6_flowinfo = flow_info;
    out.storage_.in6.sin6_scope_id = scope_id;
    std::memcpy(out.storage_.in6.sin6_addr, address.data(), address.size());
    out.size_ = sizeof(abi::sockaddr_in6);
    return out;
}

result<SocketAddress> SocketAddress::unix_path(std::string_view path) noexcept {
    if (path.empty() || path.find('\0') != std::string_view::npos) return Errno::INVAL;
    return make_unix(path, false);
}

result<SocketAddress> SocketAddress::unix_abstract(std::string_view name) noexcept { return make_unix(name, true); }

Parsed<SocketAddress> SocketAddress::parse(std::string_view text) noexcept {
    if (text.starts_with(unix_prefix)) {
        const auto address = UnixAddress::parse(text);
        if (!address) return {address, 0};
        if (address.assume_value().is_unnamed()) return {Errno::INVAL, text.size(), "a path, or \"@\" and a name"};
        return static_cast<const SocketAddress&>(address.assume_value());
    }
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint) return {endpoint, 0};
    return static_cast<SocketAddress>(endpoint.assume_value());
}

u16 SocketAddress::port() const noexcept {
    switch (family()) {
        case AddressFamily::INET: return detail::swap_bytes(storage_.in.sin_port);
        case AddressFamily::INET6: return detail::swap_bytes(storage_.in6.sin6_port);
        default: return 0;
    }
}

SocketAddress::UnixKind SocketAddress::unix_kind() const noexcept {
    if (family() != AddressFamily::UNIX) return UnixKind::none;
    if (size_ <= unix_path_offset) return UnixKind::unnamed;
    return storage_.un.sun_path[0] == '\0' ? UnixKind::abstract : UnixKind::path;
}

std::string_view SocketAddress::unix_name() const noexcept {
    const UnixKind kind = unix_kind();
    if (kind == UnixKind::none || kind == UnixKind::unnamed) return {};
    const usize room = size_ - unix_path_offset;
    const char* path = storage_.un.sun_path;
    if (kind == UnixKind::abstract) return {path + 1, room - 1};
    return {path, static_cast<usize>(std::find(path, path + room, '\0') - path)};
}

std::string_view SocketAddress::format(Text& buffer) const noexcept {
    detail::Writer out(buffer);
    if (const auto endpoint = Endpoint::from(*this)) {
        Endpoint::Text text;
        out.text(endpoint.assume_value().format(text));
    } else if (family() == AddressFamily::UNIX) {
        out.text(unix_prefix);
        if (unix_kind() == UnixKind::abstract) out.text("@");
        // Text that begins with "@" would be read as an abstract name.
        if (unix_kind() == UnixKind::path && unix_name().starts_with('@')) out.text("./");
        out.text(unix_name());
    } else {
        out.text("family ");
        out.number(storage_.any.sa_family);
    }
    return out.written();
}

bool SocketAddress::operator==(const SocketAddress& other) const noexcept {
    return size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}

}  // namespace wali
