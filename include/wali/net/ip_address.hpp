// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <compare>
#include <span>
#include <string_view>

#include <wali/core/lifetime.hpp>
#include <wali/net/parsed.hpp>

WALI_EXPORT namespace wali {
/// An IPv4 or IPv6 address: see ip(7) and ipv6(7). A value, which makes no system call. Ordered: all of IPv4 come
/// first, then by their bytes, then by their scope.
class IpAddress {
  public:
    /// Room for the longest text that format() writes: eight groups and a scope.
    static constexpr usize text_max = 50;
    using Text = std::array<char, text_max>;

    /// 0.0.0.0.
    constexpr IpAddress() noexcept = default;

    /// 127.0.0.1 is v4({127, 0, 0, 1}).
    static constexpr IpAddress v4(std::array<u8, 4> bytes) noexcept {
        IpAddress address;
        for (usize i = 0; i < bytes.size(); ++i) address.bytes_[i] = bytes[i];
        return address;
    }
    /// The bytes in network order; `scope_id` is the interface of a link-local address, 0 for none.
    static constexpr IpAddress v6(std::array<u8, 16> bytes, u32 scope_id = 0) noexcept {
        IpAddress address;
        address.is_v6_ = true;
        address.bytes_ = bytes;
        address.scope_id_ = scope_id;
        return address;
    }
    /// 0.0.0.0 and ::, for listeners: all addresses of this machine.
    static constexpr IpAddress v4_any() noexcept { return {}; }
    static constexpr IpAddress v6_any() noexcept { return v6({}); }
    /// 127.0.0.1 and ::1: this machine alone.
    static constexpr IpAddress v4_loopback() noexcept { return v4({127, 0, 0, 1}); }
    static constexpr IpAddress v6_loopback() noexcept { return v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}); }

    /// Reads "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1" or "fe80::1%2": the scope is the number of an interface, no
    /// name, because a name would have to be looked up. A number of IPv4 has no leading zeros, which are octal to some.
    static Parsed<IpAddress> parse(std::string_view text) noexcept;

    /// Writes what parse() reads into `buffer` and returns the written part: IPv6 as RFC 5952 says, in lower case.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

    /// Which of the two it is.
    constexpr bool is_v4() const noexcept { return !is_v6_; }
    constexpr bool is_v6() const noexcept { return is_v6_; }
    /// The 4 or 16 bytes in network order.
    constexpr std::span<const u8> bytes() const noexcept WALI_LIFETIMEBOUND {
        return std::span(bytes_).first(is_v6_ ? 16 : 4);
    }
    /// The number of the interface that an IPv6 address is meant for; 0 for none.
    constexpr u32 scope_id() const noexcept { return scope_id_; }

    /// 0.0.0.0 or ::.
    constexpr bool is_any() const noexcept { return is_v6_ ? bytes_ == v6_any().bytes_ : *this == v4_any(); }
    /// 127.0.0.0/8 or ::1.
    constexpr bool is_loopback() const noexcept { return is_v6_ ? bytes_ == v6_loopback().bytes_ : bytes_[0] == 127; }
    /// 224.0.0.0/4 or ff00::/8.
    constexpr bool is_multicast() const noexcept { return is_v6_ ? bytes_[0] == 0xff : (bytes_[0] & 0xf0) == 0xe0; }
    /// 169.254.0.0/16 or fe80::/10.
    constexpr bool is_link_local() const noexcept {
        return is_v6_ ? bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80 : bytes_[0] == 169 && bytes_[1] == 254;
    }

    /// The IPv4 address in an IPv4-mapped one, which is how IPv4 peers appear on a socket of both versions; any other
    /// address itself.
    constexpr IpAddress unmapped() const noexcept {
        if (!is_v6_ || bytes_[10] != 0xff || bytes_[11] != 0xff) return *this;
        for (usize i = 0; i < 10; ++i)
            if (bytes_[i] != 0) return *this;
        return v4({bytes_[12], bytes_[13], bytes_[14], bytes_[15]});
    }

    /// Compares version, bytes and scope.
    constexpr auto operator<=>(const IpAddress&) const noexcept = default;

  private:
    bool is_v6_ = false;
    std::array<u8, 16> bytes_{};
    u32 scope_id_ = 0;
};

}  // namespace wali
