// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/socket_kind.hpp>

WALI_EXPORT namespace wali {
/// A UDP socket: see udp(7) and Socket. A datagram is sent and received as a whole; it may be lost, doubled or
/// overtaken.
class UdpSocket : public DatagramKind<UdpSocket, Endpoint> {
  public:
    UdpSocket() noexcept = default;

    using Socket::receive_completion;

    /// How bind_to() makes a socket.
    struct Options {
        bool reuse_port = false;  ///< option::reuse_port: the sockets of the port share what comes in
        bool ipv6_only = true;    ///< option::ipv6::only
        SocketFlags flags{};      ///< NONBLOCK for a non-blocking socket
    };

    /// A socket that sends: the first send or connect() gives it a port. Errors: AFNOSUPPORT, MFILE, NFILE.
    static result<UdpSocket> create(AddressFamily family, SocketFlags flags = SocketFlags{}) noexcept;

    /// A socket that receives what is sent to `local`; port 0 picks a free one. Makes the socket, sets the options and
    /// binds: two to four calls. Errors: ADDRINUSE, ADDRNOTAVAIL, ACCES.
    static result<UdpSocket> bind_to(const Endpoint& local, const Options& options) noexcept;
    static result<UdpSocket> bind_to(const Endpoint& local) noexcept { return bind_to(local, Options()); }
};

}  // namespace wali
