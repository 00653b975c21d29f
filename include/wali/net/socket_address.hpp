// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>
#include <wali/net/parsed.hpp>

WALI_EXPORT namespace wali {
using abi::AddressFamily;

/// A socket address of any family, as the kernel has it: IPv4 (ip(7)), IPv6 (ipv6(7)) or Unix (unix(7)). A value of
/// a fixed size; ports are in host byte order here.
class SocketAddress {
  public:
    /// The longest text that format() writes, with the brackets and port of IPv6 or the prefix of a Unix path.
    static constexpr usize text_max = 128;
    using Text = std::array<char, text_max>;

    /// AF_UNSPEC: connect(2) with it dissolves a datagram socket's association.
    SocketAddress() noexcept;

    /// 127.0.0.1 is {127, 0, 0, 1}.
    static SocketAddress ipv4(std::array<u8, 4> address, u16 port) noexcept;
    /// The address in network order; scope_id is the interface of a link-local one.
    static SocketAddress ipv6(std::array<u8, 16> address, u16 port, u32 scope_id = 0, u32 flow_info = 0) noexcept;
    /// 127.0.0.1 and ::1: this machine alone.
    static SocketAddress ipv4_loopback(u16 port) noexcept { return ipv4({127, 0, 0, 1}, port); }
    static SocketAddress ipv6_loopback(u16 port) noexcept {
        return ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, port);
    }
    /// 0.0.0.0 and ::, for listeners: all addresses of this machine.
    static SocketAddress ipv4_any(u16 port) noexcept { return ipv4({0, 0, 0, 0}, port); }
    static SocketAddress ipv6_any(u16 port) noexcept { return ipv6({}, port); }

    /// A Unix socket in the file system. NAMETOOLONG from 108 bytes on; INVAL when empty or with a NUL inside.
    static result<SocketAddress> unix_path(std::string_view path) noexcept;
    /// A Unix socket in Linux's abstract namespace, which has no file. NAMETOOLONG from 108 bytes on.
    static result<SocketAddress> unix_abstract(std::string_view name) noexcept;

    /// Reads what Endpoint and UnixAddress read: "127.0.0.1:80", "[::1]:80", "[fe80::1%2]:80" or "unix:/run/x.sock"
    /// ("unix:@name" is abstract): numbers only, no names are looked up. INVAL for anything else, with the place.
    static Parsed<SocketAddress> parse(std::string_view text) noexcept;

    /// INET, INET6, UNIX; UNSPEC when made without an argument.
    AddressFamily family() const noexcept { return static_cast<AddressFamily>(storage_.any.sa_family); }
    /// The port of an IPv4 or IPv6 address, in host byte order; 0 for other families.
    u16 port() const noexcept;
    /// What the address of a Unix socket is: the unnamed one is that of a socket which was never bound.
    enum class UnixKind : u8 { none, unnamed, path, abstract };
    /// UnixKind::none for other families.
    UnixKind unix_kind() const noexcept;
    /// The path of a Unix socket, or its abstract name without the leading NUL; empty for an unnamed socket and for
    /// other families.
    std::string_view unix_name() const noexcept WALI_LIFETIMEBOUND;

    /// Writes what parse() reads into `buffer` and returns the written part. IPv6 is written as RFC 5952 says. An
    /// unnamed Unix socket is "unix:", any other family "family N"; a path that begins with "@" has "./" in front.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

    /// Whether family, address, port and name are the same.
    bool operator==(const SocketAddress& other) const noexcept;

    /// For the raw calls: the structure and its length in bytes.
    const abi::sockaddr* raw() const noexcept { return &storage_.any; }
    u32 size() const noexcept { return size_; }

    /// For the raw calls that fill an address in: the room, and the setter of the length they report.
    static constexpr u32 capacity = sizeof(abi::sockaddr_un);
    abi::sockaddr* out() noexcept { return &storage_.any; }
    void set_size(u32 size) noexcept { size_ = size < capacity ? size : capacity; }

  private:
    union {
        abi::sockaddr any;
        abi::sockaddr_in in;
        abi::sockaddr_in6 in6;
        abi::sockaddr_un un;
    } storage_{.un = {}};
    u32 size_ = sizeof(u16);
};

}  // namespace wali
