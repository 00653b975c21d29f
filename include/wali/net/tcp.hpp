// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/socket_kind.hpp>

WALI_EXPORT namespace wali {
/// One end of a TCP connection: see tcp(7) and Socket.
class TcpStream : public ConnectedKind<TcpStream, Endpoint> {
  public:
    TcpStream() noexcept = default;

    using Socket::receive_all;
    using Socket::receive_completion;
    using Socket::send_all;

    /// SOCK_STREAM.
    static constexpr SocketType type() noexcept { return SocketType::STREAM; }
};

/// A TCP socket that listens: `TcpListener::listen_on({IpAddress::v4_loopback(), 0})`.
class TcpListener : public ListenerKind<TcpListener, TcpStream, Endpoint> {
  public:
    TcpListener() noexcept = default;
};

}  // namespace wali
