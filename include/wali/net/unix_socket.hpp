// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/net/socket_kind.hpp>

/// Sockets between processes of one machine: see unix(7) and Socket. They carry descriptors, too: see OutgoingControl.
/// option::peer_credentials and option::peer_pidfd tell who is at the other end.
WALI_EXPORT namespace wali {
/// One end of a connection that carries bytes, as TCP does.
class UnixStream : public ConnectedKind<UnixStream, UnixAddress> {
  public:
    UnixStream() noexcept = default;

    using Socket::receive_all;
    using Socket::send_all;

    /// SOCK_STREAM.
    static constexpr SocketType type() noexcept { return SocketType::STREAM; }

    /// socketpair(2): two ends that are connected.
    static result<SocketPair<UnixStream>> pair(SocketFlags flags = SocketFlags{}) noexcept;
};

/// A Unix socket that listens for UnixStreams. The file of a path stays when the listener ends: unlink(2) it.
class UnixListener : public ListenerKind<UnixListener, UnixStream, UnixAddress> {
  public:
    UnixListener() noexcept = default;
};

/// One end of a connection that carries messages: each is received as it was sent, none is lost.
class SeqPacket : public ConnectedKind<SeqPacket, UnixAddress> {
  public:
    SeqPacket() noexcept = default;

    using Socket::receive_messages;
    using Socket::send_messages;

    /// SOCK_SEQPACKET.
    static constexpr SocketType type() noexcept { return SocketType::SEQPACKET; }

    /// socketpair(2): two ends that are connected.
    static result<SocketPair<SeqPacket>> pair(SocketFlags flags = SocketFlags{}) noexcept;
};

/// A Unix socket that listens for SeqPackets.
class SeqPacketListener : public ListenerKind<SeqPacketListener, SeqPacket, UnixAddress> {
  public:
    SeqPacketListener() noexcept = default;
};

/// A Unix socket of datagrams, which are not lost: a send waits while the receiver has too many.
class UnixDatagram : public DatagramKind<UnixDatagram, UnixAddress> {
  public:
    UnixDatagram() noexcept = default;

    /// A socket without a name, that sends.
    static result<UnixDatagram> create(SocketFlags flags = SocketFlags{}) noexcept;

    /// A socket that receives what is sent to `local`; the unnamed address picks a free abstract name. Errors:
    /// ADDRINUSE, ACCES, NOENT.
    static result<UnixDatagram> bind_to(const UnixAddress& local, SocketFlags flags = SocketFlags{}) noexcept;

    /// socketpair(2): two sockets that are connected.
    static result<SocketPair<UnixDatagram>> pair(SocketFlags flags = SocketFlags{}) noexcept;
};

}  // namespace wali
