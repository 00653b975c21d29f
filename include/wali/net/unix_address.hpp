// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/parsed.hpp>
#include <wali/net/socket_address.hpp>

WALI_EXPORT namespace wali {
/// The address of a Unix socket: a path, a name in Linux's abstract namespace, or none. See unix(7). Converts to the
/// kernel's form, so it goes where a SocketAddress is wanted. A value, which makes no system call.
class UnixAddress {
  public:
    /// Room for the longest text that format() writes.
    static constexpr usize text_max = SocketAddress::text_max;
    using Text = SocketAddress::Text;

    /// The longest path or name, in bytes.
    static constexpr usize name_max = 107;

    /// The unnamed address: what a socket has that was never bound. To bind() it asks for a free abstract name.
    UnixAddress() noexcept;

    /// A socket in the file system. NAMETOOLONG from 108 bytes on; INVAL when empty or with a NUL inside.
    static result<UnixAddress> path(std::string_view path) noexcept;
    /// A name that is no file, goes away with its socket, and that every process of the network namespace may use.
    /// NAMETOOLONG from 108 bytes on.
    static result<UnixAddress> abstract(std::string_view name) noexcept;

    /// Reads "unix:/run/x.sock", "unix:@name" (abstract) or "unix:" (unnamed). Errors: INVAL, NAMETOOLONG.
    static Parsed<UnixAddress> parse(std::string_view text) noexcept;

    /// Writes what parse() reads into `buffer` and returns the written part. A path that begins with "@" is written
    /// with "./" in front.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept { return address_.format(buffer); }

    /// From the kernel's form: AFNOSUPPORT if it is of another family. What the kernel has left empty, the sender of a
    /// datagram without a name, is unnamed.
    static result<UnixAddress> from(const SocketAddress& address) noexcept;
    operator const SocketAddress&() const noexcept WALI_LIFETIMEBOUND { return address_; }

    /// Which of the three it is.
    bool is_unnamed() const noexcept { return address_.unix_kind() == SocketAddress::UnixKind::unnamed; }
    bool is_path() const noexcept { return address_.unix_kind() == SocketAddress::UnixKind::path; }
    bool is_abstract() const noexcept { return address_.unix_kind() == SocketAddress::UnixKind::abstract; }
    /// The path, or the abstract name without the NUL in front; empty when unnamed.
    std::string_view name() const noexcept WALI_LIFETIMEBOUND { return address_.unix_name(); }

    /// The family of its sockets.
    static constexpr AddressFamily family() noexcept { return AddressFamily::UNIX; }

    /// Compares kind and name.
    bool operator==(const UnixAddress& other) const noexcept {
        return address_.unix_kind() == other.address_.unix_kind() && name() == other.name();
    }

  private:
    SocketAddress address_;
};

}  // namespace wali
