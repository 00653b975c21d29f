// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/transfer.hpp>
#include <wali/net/message.hpp>
#include <wali/net/socket_address.hpp>
#include <wali/net/socket_option.hpp>
#include <wali/sys/net.hpp>

WALI_EXPORT namespace wali {
using abi::ShutdownHow;
using abi::SocketFlags;

struct Accepted;

/// A socket: a listener or one end of a connection, over IPv4, IPv6 or Unix. See socket(7).
///
/// Each function makes one system call of tier spec unless it says otherwise. Descriptors are always made
/// close-on-exec. EINTR comes back as Errno::INTR, except from the *_all functions; on a non-blocking socket
/// Errno::AGAIN means that the call would have waited. Sending never raises SIGPIPE: a closed peer is Errno::PIPE. One
/// thread may send while another receives. Everything is async-signal-safe.
class Socket : public Descriptor<Socket> {
  public:
    Socket() noexcept = default;

    /// How listen_on() makes a listener.
    struct ListenOptions {
        int backlog = 4096;                    ///< waiting connections; the kernel caps it at net.core.somaxconn
        bool reuse_address = true;             ///< option::reuse_address; IPv4 and IPv6 only
        bool reuse_port = false;               ///< option::reuse_port; IPv4 and IPv6 only
        bool ipv6_only = true;                 ///< option::ipv6::only
        SocketFlags flags{};                   ///< NONBLOCK for a non-blocking listener
        SocketType type = SocketType::STREAM;  ///< SEQPACKET for a Unix socket of messages
    };

    /// socket(2). Errors: AFNOSUPPORT, MFILE, NFILE, ACCES.
    static result<Socket> create(AddressFamily family, SocketType type, SocketFlags flags = SocketFlags{},
                                 int protocol = 0) noexcept;

    /// A socket that listens on `address` (port 0 picks a free one: ask local_address()). Makes the socket,
    /// sets the options, binds and listens: four or five calls. Errors: ADDRINUSE, ADDRNOTAVAIL, ACCES.
    static result<Socket> listen_on(const SocketAddress& address, const ListenOptions& options) noexcept;
    static result<Socket> listen_on(const SocketAddress& address) noexcept {
        return listen_on(address, ListenOptions());
    }

    /// A socket connected to `address`, a stream unless `type` says otherwise: socket(2) and connect(), which see.
    static result<Socket> connect_to(const SocketAddress& address, Timeout timeout = forever(),
                                     SocketType type = SocketType::STREAM) noexcept;

    /// socketpair(2): two connected Unix sockets.
    struct Pair;
    static result<Pair> pair(SocketType type = SocketType::STREAM, SocketFlags flags = SocketFlags{}) noexcept;

    /// bind(2). Errors: ADDRINUSE, ADDRNOTAVAIL, ACCES, INVAL (already bound).
    result<void> bind(const SocketAddress& address) const noexcept {
        return to_result<void>(Call::bind, sys::bind(fd().raw(), address.raw(), address.size()));
    }

    /// listen(2).
    result<void> listen(int backlog) const noexcept {
        return to_result<void>(Call::listen, sys::listen(fd().raw(), backlog));
    }

    /// connect(2). INPROGRESS on a non-blocking socket: wait until it is writable, then ask take_error(). After
    /// INTR the connection goes on being made: wait in the same way, do not call connect again.
    result<void> connect(const SocketAddress& address) const noexcept {
        return to_result<void>(Call::connect, sys::connect(fd().raw(), address.raw(), address.size()));
    }

    /// connect(2), which gives up with Errno::TIMEDOUT when `timeout` has passed; the socket is of no use then. Waits
    /// with ppoll(2), whatever the socket's mode, which is as it was afterwards (fcntl(2)); EINTR is retried and
    /// lengthens nothing. A Unix socket waits inside connect(2), by option::send_timeout, until the listener's queue
    /// has room (without a timeout AGAIN says at once, on a non-blocking socket, that it has none).
    result<void> connect(const SocketAddress& address, Timeout timeout) const noexcept;

    /// accept4(2): takes a waiting connection. `flags` are those of the new socket. Errors: AGAIN, CONNABORTED (the
    /// peer gave up: try again), MFILE and NFILE (the connection keeps waiting).
    result<Socket> accept(SocketFlags flags = SocketFlags{}) const noexcept {
        return to_descriptor<Socket>(
            Call::accept4, sys::accept4(fd().raw(), nullptr, nullptr, abi::bits(flags | SocketFlags::CLOEXEC)));
    }

    /// accept4(2), with the peer's address.
    result<Accepted> accept_from(SocketFlags flags = SocketFlags{}) const noexcept;

    /// recv(2): up to buffer.size() bytes; 0 when the peer has shut down its side, and for an empty buffer.
    result<usize> receive(MutableBytes buffer, MessageFlags flags = MessageFlags{}) const noexcept {
        return to_result<usize>(Call::recvfrom, sys::recvfrom(fd().raw(), buffer.data(), buffer.size(),
                                                              abi::bits(flags), nullptr, nullptr));
    }

    /// send(2): the number of bytes taken, which may be less than all.
    result<usize> send(ConstBytes bytes, MessageFlags flags = MessageFlags{}) const noexcept {
        return to_result<usize>(Call::sendto, sys::sendto(fd().raw(), bytes.data(), bytes.size(),
                                                          abi::bits(flags | MessageFlags::NOSIGNAL), nullptr, 0));
    }

    /// sendmsg(2): sends the buffers in order, as one call; the number of bytes taken. MSGSIZE for more than 1024.
    result<usize> send_vectored(std::span<const ConstBuffer> buffers,
                                MessageFlags flags = MessageFlags{}) const noexcept;

    /// recvmsg(2): fills the buffers in order.
    result<usize> receive_vectored(std::span<const MutableBuffer> buffers,
                                   MessageFlags flags = MessageFlags{}) const noexcept;

    /// sendto(2): a datagram to `address`, as a whole or not at all. Errors: MSGSIZE, DESTADDRREQ, ISCONN, and
    /// CONNREFUSED for an earlier datagram that nobody wanted.
    result<usize> send_to(ConstBytes bytes, const SocketAddress& address,
                          MessageFlags flags = MessageFlags{}) const noexcept {
        return to_result<usize>(
            Call::sendto, sys::sendto(fd().raw(), bytes.data(), bytes.size(), abi::bits(flags | MessageFlags::NOSIGNAL),
                                      address.raw(), address.size()));
    }

    /// recvfrom(2): a datagram, and who sent it. What does not fit into the buffer is lost: with MessageFlags::TRUNC
    /// the size is that of the whole datagram, which tells.
    result<usize> receive_from(MutableBytes buffer, SocketAddress& address,
                               MessageFlags flags = MessageFlags{}) const noexcept;

    /// sendmsg(2): bytes, with an address or control messages; the number of bytes taken. A stream carries control
    /// messages only with one byte at least.
    result<usize> send_message(const OutgoingMessage& message, MessageFlags flags = MessageFlags{}) const noexcept;

    /// recvmsg(2): fills in a message and returns its size. Closes descriptors that the message's control still has
    /// from an earlier one, also when it fails; those it gets are close-on-exec.
    result<usize> receive_message(IncomingMessage& message, MessageFlags flags = MessageFlags{}) const noexcept;

    /// The most messages that one call of the next two moves.
    static constexpr usize messages_max = 64;

    /// sendmmsg(2), tier named: several messages in one call; how many were sent, which may be fewer. An error means
    /// that none was.
    result<usize> send_messages(std::span<OutgoingMessage> messages,
                                MessageFlags flags = MessageFlags{}) const noexcept;

    /// recvmmsg(2), tier named: several messages in one call; how many were received. A blocking socket waits for all
    /// of them, with MessageFlags::WAITFORONE for the first only. As receive_message() otherwise, for all of them.
    result<usize> receive_messages(std::span<IncomingMessage> messages,
                                   MessageFlags flags = MessageFlags{}) const noexcept;

    /// recvmsg(2) with MSG_ERRQUEUE: the next range of sends with MessageFlags::ZEROCOPY that the kernel has done with.
    /// Needs option::zero_copy. Never blocks: AGAIN when none is done; wait for EpollEvents::ERR. For another
    /// message in the queue of errors its error, or PROTO if it is no error; receive_message() reads those.
    result<ZeroCopyCompletion> receive_completion() const noexcept;

    /// Sends everything, over as many calls as it takes; EINTR is retried. For blocking sockets: AGAIN ends it.
    Transfer send_all(ConstBytes bytes, MessageFlags flags = MessageFlags{}) const noexcept;

    /// Receives until the buffer is full or the peer has shut down; EINTR is retried. Fewer bytes
    /// than the buffer has room for are a success only at the end.
    Transfer receive_all(MutableBytes buffer) const noexcept;

    /// shutdown(2). NOTCONN when there is no connection (any more).
    result<void> shutdown(ShutdownHow how) const noexcept {
        return to_result<void>(Call::shutdown, sys::shutdown(fd().raw(), abi::bits(how)));
    }

    /// getsockname(2) and getpeername(2).
    result<SocketAddress> local_address() const noexcept;
    result<SocketAddress> peer_address() const noexcept;

    /// setsockopt(2): `socket.set(option::tcp::no_delay(true))`. Errors: NOPROTOOPT, INVAL, PERM.
    template <class Raw>
    result<void> set(const SocketSetting<Raw>& setting) const noexcept {
        return to_result<void>(Call::setsockopt, sys::setsockopt(fd().raw(), abi::bits(setting.level), setting.name,
                                                                 &setting.raw, sizeof(Raw)));
    }

    /// getsockopt(2): `socket.get(option::receive_buffer)`.
    template <class Value, class Codec>
    result<Value> get(const ReadOnlySocketOption<Value, Codec>& option) const noexcept {
        typename Codec::Raw value{};
        u32 size = sizeof value;
        const long raw = sys::getsockopt(fd().raw(), abi::bits(option.level()), option.name(), &value, &size);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::getsockopt, raw);
        return option.decode(value);
    }

    /// getsockopt(2) with SO_ERROR: fails with the error that waits on the socket, if any, and clears it. Asks how a
    /// non-blocking connect() ended; the error names that call.
    result<void> take_error() const noexcept;
};

/// A connection that a listener took, and who made it.
struct Accepted {
    Socket socket;
    SocketAddress peer;
};

struct Socket::Pair {
    Socket first;
    Socket second;
};

}  // namespace wali
