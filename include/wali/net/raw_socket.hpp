// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/net.hpp>
#include <wali/net/socket_kind.hpp>

WALI_EXPORT namespace wali {
using abi::IpProtocol;

/// A socket of a protocol over IP that the program speaks itself, such as ICMP: see raw(7) and Socket. Each packet of
/// the protocol that comes to this machine is received, on IPv4 with its IP header in front. Endpoints have the port 0.
class RawSocket : public DatagramKind<RawSocket, Endpoint> {
  public:
    RawSocket() noexcept = default;

    /// socket(2), tier spec. Errors: PERM without CAP_NET_RAW, AFNOSUPPORT, PROTONOSUPPORT, MFILE, NFILE.
    static result<RawSocket> create(AddressFamily family, IpProtocol protocol,
                                    SocketFlags flags = SocketFlags{}) noexcept {
        // Of another family this would be another kind of socket: 1 is ICMP, and for AF_UNIX itself.
        if (family != AddressFamily::INET && family != AddressFamily::INET6)
            return Error(Errno::AFNOSUPPORT, Call::socket);
        auto socket = Socket::create(family, SocketType::RAW, flags, abi::bits(protocol));
        if (socket.has_error()) return socket.assume_error();
        return from_socket(std::move(socket).assume_value());
    }

    /// bind(2), tier spec: takes what comes to this address alone, and sends from it. Errors: ADDRNOTAVAIL.
    result<void> bind(const IpAddress& address) const noexcept { return Socket::bind(Endpoint{address, 0}); }
};

}  // namespace wali
