// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/net/endpoint.hpp>
#include <wali/net/socket.hpp>
#include <wali/net/unix_address.hpp>

/// What TcpStream, UdpSocket, UnixListener and the others are made of: a Socket of a known kind, which offers what its
/// kind can do and has addresses of its own type. Each function is Socket's, and says there what it does.
WALI_EXPORT namespace wali {
/// What all kinds have. `Self` is the type that derives, `Address` is Endpoint or UnixAddress.
template <class Self, class Address>
class SocketKind : protected Socket {
  public:
    /// Takes over a socket that is known to be of this kind.
    static Self from_socket(Socket socket) noexcept {
        Self self;
        static_cast<Socket&>(static_cast<SocketKind&>(self)) = std::move(socket);
        return self;
    }
    /// Takes over a descriptor that is known to be such a socket, one that was inherited or received.
    static Self from_fd(Fd fd) noexcept { return from_socket(Socket::from_fd(std::move(fd))); }

    /// All that a Socket offers, for the rare rest. A view that must not outlive this.
    const Socket& socket() const noexcept WALI_LIFETIMEBOUND { return *this; }
    /// Gives the socket away.
    Socket into_socket() && noexcept { return std::move(static_cast<Socket&>(*this)); }
    /// Gives the descriptor away.
    // NOLINTNEXTLINE(bugprone-derived-method-shadowing-base-method): of this kind, and Socket is not a base to others
    Fd into_fd() && noexcept { return std::move(static_cast<Socket&>(*this)).into_fd(); }

    using Socket::fd;
    /// A view of the descriptor, and whether there is one.
    using Socket::operator BorrowedFd;
    using Socket::operator bool;
    using Socket::close;
    using Socket::get;
    using Socket::set;
    using Socket::set_non_blocking;
    using Socket::take_error;

    /// See Fd::duplicate.
    // NOLINTNEXTLINE(bugprone-derived-method-shadowing-base-method): of this kind, and Socket is not a base to others
    result<Self> duplicate() const noexcept {
        auto copy = Socket::duplicate();
        if (copy.has_error()) return copy.assume_error();
        return from_socket(std::move(copy).assume_value());
    }

    /// getsockname(2).
    // NOLINTNEXTLINE(bugprone-derived-method-shadowing-base-method): of this kind, and Socket is not a base to others
    result<Address> local_address() const noexcept { return Socket::local_address().and_then(&Address::from); }

  private:
    friend Self;
    template <class, class>
    friend class ConnectedKind;
    template <class, class>
    friend class DatagramKind;
    template <class, class, class>
    friend class ListenerKind;
    SocketKind() noexcept = default;
};

/// Both ends of a new pair of connected sockets.
template <class Kind>
struct SocketPair {
    Kind first;
    Kind second;
};

/// One end of a connection: TcpStream, UnixStream, SeqPacket.
template <class Self, class Address>
class ConnectedKind : public SocketKind<Self, Address> {
  public:
    using Socket::receive;
    using Socket::receive_message;
    using Socket::receive_vectored;
    using Socket::send;
    using Socket::send_message;
    using Socket::send_vectored;
    using Socket::shutdown;

    /// A socket connected to `address`; see Socket::connect for the timeout.
    static result<Self> connect_to(const Address& address, Timeout timeout = forever()) noexcept {
        auto socket = Socket::connect_to(address, timeout, Self::type());
        if (socket.has_error()) return socket.assume_error();
        return Self::from_socket(std::move(socket).assume_value());
    }

    /// getpeername(2).
    result<Address> peer_address() const noexcept { return Socket::peer_address().and_then(&Address::from); }

  private:
    friend Self;
    ConnectedKind() noexcept = default;
};

/// A socket that listens: TcpListener, UnixListener, SeqPacketListener. `Connection` is what it accepts.
template <class Self, class Connection, class Address>
class ListenerKind : public SocketKind<Self, Address> {
  public:
    /// How listen_on() makes a listener.
    using Options = Socket::ListenOptions;

    /// A connection that was taken, and who made it.
    struct Accepted {
        Connection connection;
        Address peer;
    };

    /// A socket that listens on `address`: see Socket::listen_on. Options::type is the kind's own here.
    static result<Self> listen_on(const Address& address, Options options = Options()) noexcept {
        options.type = Connection::type();
        auto socket = Socket::listen_on(address, options);
        if (socket.has_error()) return socket.assume_error();
        return Self::from_socket(std::move(socket).assume_value());
    }

    /// accept4(2): takes a waiting connection. See Socket::accept.
    result<Connection> accept(SocketFlags flags = SocketFlags{}) const noexcept {
        auto socket = Socket::accept(flags);
        if (socket.has_error()) return socket.assume_error();
        return Connection::from_socket(std::move(socket).assume_value());
    }
    /// accept4(2), with the peer's address.
    result<Accepted> accept_from(SocketFlags flags = SocketFlags{}) const noexcept {
        auto accepted = Socket::accept_from(flags);
        if (accepted.has_error()) return accepted.assume_error();
        const auto peer = Address::from(accepted.assume_value().peer);
        if (peer.has_error()) return peer.assume_error();
        return Accepted{Connection::from_socket(std::move(accepted.assume_value().socket)), peer.assume_value()};
    }

  private:
    friend Self;
    ListenerKind() noexcept = default;
};

/// A socket of datagrams: UdpSocket, UnixDatagram.
template <class Self, class Address>
class DatagramKind : public SocketKind<Self, Address> {
  public:
    using Socket::receive;
    using Socket::receive_message;
    using Socket::receive_messages;
    using Socket::send;
    using Socket::send_message;
    using Socket::send_messages;

    /// A datagram that was received, and who sent it.
    struct Received {
        usize size;    ///< of the datagram with MessageFlags::TRUNC, else of what fitted into the buffer
        Address from;  ///< for an answer
    };

    /// connect(2): from now on send() goes to `address`, and only its datagrams are received. No packet is sent.
    result<void> connect(const Address& address) const noexcept { return Socket::connect(address); }

    /// sendto(2): see Socket::send_to.
    result<usize> send_to(ConstBytes bytes, const Address& address,
                          MessageFlags flags = MessageFlags{}) const noexcept {
        return Socket::send_to(bytes, address, flags);
    }
    /// recvfrom(2): see Socket::receive_from.
    result<Received> receive_from(MutableBytes buffer, MessageFlags flags = MessageFlags{}) const noexcept {
        SocketAddress address;
        const auto size = Socket::receive_from(buffer, address, flags);
        if (size.has_error()) return size.assume_error();
        const auto from = Address::from(address);
        if (from.has_error()) return from.assume_error();
        return Received{size.assume_value(), from.assume_value()};
    }

    /// getpeername(2). NOTCONN without connect().
    result<Address> peer_address() const noexcept { return Socket::peer_address().and_then(&Address::from); }

  private:
    friend Self;
    DatagramKind() noexcept = default;
};

}  // namespace wali
