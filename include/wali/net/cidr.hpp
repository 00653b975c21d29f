// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/ip_address.hpp>

WALI_EXPORT namespace wali {
/// An address and how many of its leading bits are those of its network: 192.0.2.7/24 (RFC 4632, RFC 4291). A value,
/// which makes no system call.
class Cidr {
  public:
    /// Room for the longest text that format() writes.
    static constexpr usize text_max = IpAddress::text_max + 4;
    using Text = std::array<char, text_max>;

    /// 0.0.0.0/0, to which every IPv4 address belongs.
    constexpr Cidr() noexcept = default;

    /// INVAL for a prefix that is longer than the address: 32 or 128 bits.
    static constexpr result<Cidr> of(const IpAddress& address, unsigned prefix_length) noexcept {
        if (prefix_length > address.bytes().size() * 8) return Errno::INVAL;
        Cidr cidr;
        cidr.address_ = address;
        cidr.prefix_length_ = static_cast<u8>(prefix_length);
        return cidr;
    }

    /// Reads "192.0.2.0/24", "192.0.2.7/24" or "2001:db8::/32". The prefix has no leading zeros.
    static Parsed<Cidr> parse(std::string_view text) noexcept;

    /// Writes what parse() reads into `buffer` and returns the written part.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

    /// The address as it was given, with the bits behind the prefix.
    constexpr const IpAddress& address() const noexcept WALI_LIFETIMEBOUND { return address_; }
    constexpr unsigned prefix_length() const noexcept { return prefix_length_; }

    /// The same with zeros behind the prefix: 192.0.2.7/24 is in the network 192.0.2.0/24.
    constexpr Cidr network() const noexcept {
        std::array<u8, 16> bytes{};
        for (usize i = 0; i < address_.bytes().size(); ++i)
            bytes[i] = static_cast<u8>(address_.bytes()[i] & mask(prefix_length_, i));
        Cidr out = *this;
        out.address_ = address_.is_v6() ? IpAddress::v6(bytes, address_.scope_id())
                                        : IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
        return out;
    }

    /// Whether an address is in this network: of the same version, with the same leading bits. If this has a scope, in
    /// that scope. An IPv4 address inside an IPv6 one is IPv6: see IpAddress::unmapped.
    constexpr bool contains(const IpAddress& address) const noexcept {
        if (address.is_v6() != address_.is_v6()) return false;
        if (address_.scope_id() != 0 && address.scope_id() != address_.scope_id()) return false;
        for (usize i = 0; i < address.bytes().size(); ++i)
            if (((address.bytes()[i] ^ address_.bytes()[i]) & mask(prefix_length_, i)) != 0) return false;
        return true;
    }

    /// Compares address and prefix: 192.0.2.7/24 is not 192.0.2.0/24.
    constexpr bool operator==(const Cidr&) const noexcept = default;

  private:
    /// Which bits of the byte `i` belong to the prefix.
    static constexpr unsigned mask(unsigned prefix_length, usize i) noexcept {
        const usize before = i * 8;
        if (prefix_length <= before) return 0;
        const usize bits = prefix_length - before;
        return bits >= 8 ? 0xff : 0xff00U >> bits & 0xff;
    }

    IpAddress address_;
    u8 prefix_length_ = 0;
};

}  // namespace wali
