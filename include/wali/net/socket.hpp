// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/net.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/fd.hpp>
#include <wali/net/socket_address.hpp>
#include <wali/sys/net.hpp>
#include <wali/try.hpp>

WALI_EXPORT namespace wali {
using abi::MessageFlags;
using abi::ShutdownHow;
using abi::SocketFlags;
using abi::SocketLevel;
using abi::SocketOption;
using abi::SocketType;
using abi::TcpOption;

struct Accepted;

/// A socket: a listener or one end of a connection, over IPv4, IPv6 or Unix. See socket(7).
///
/// Each function makes one system call unless it says otherwise. Descriptors are always made close-on-exec. EINTR
/// comes back as Errno::INTR, except from the *_all functions; on a non-blocking socket Errno::AGAIN means that the
/// call would have waited. Sending never raises SIGPIPE: a closed peer is Errno::PIPE. One thread may send while
/// another receives. Everything is async-signal-safe.
class Socket {
  public:
    struct ListenOptions {
        int backlog = 4096;                 ///< waiting connections; the kernel caps it at net.core.somaxconn
        bool reuse_address = true;          ///< SO_REUSEADDR: bind although old connections linger; IPv4 and IPv6 only
        bool reuse_port = false;            ///< SO_REUSEPORT: several listeners share the port
        bool ipv6_only = true;              ///< IPV6_V6ONLY: an IPv6 listener takes no IPv4 connections
        SocketFlags flags = SocketFlags{};  ///< NONBLOCK for a non-blocking listener
    };

    /// socket(2). Errors: AFNOSUPPORT, MFILE, NFILE, ACCES.
    static result<Socket> create(AddressFamily family, SocketType type, SocketFlags flags = SocketFlags{},
                                 int protocol = 0) noexcept;

    /// A stream socket that listens on `address` (port 0 picks a free one: ask local_address()). Makes the socket,
    /// sets the options, binds and listens: four or five calls. Errors: ADDRINUSE, ADDRNOTAVAIL, ACCES.
    static result<Socket> listen_on(const SocketAddress& address, const ListenOptions& options) noexcept;
    static result<Socket> listen_on(const SocketAddress& address) noexcept {
        return listen_on(address, ListenOptions());
    }

    /// A stream socket connected to `address`: socket(2) and connect(2). Waits for the connection unless flags say
    /// NONBLOCK: then use create() and connect(), whose Errno::INPROGRESS keeps the socket.
    static result<Socket> connect_to(const SocketAddress& address) noexcept;

    /// socketpair(2): two connected Unix sockets.
    struct Pair;
    static result<Pair> pair(SocketType type = SocketType::STREAM, SocketFlags flags = SocketFlags{}) noexcept;

    Socket() noexcept = default;
    explicit Socket(Fd fd) noexcept : fd_(std::move(fd)) {}

    BorrowedFd fd() const noexcept [[clang::lifetimebound]] { return fd_.borrow(); }
    operator BorrowedFd() const noexcept [[clang::lifetimebound]] { return fd_.borrow(); }
    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    Fd into_fd() && noexcept { return std::move(fd_); }
    result<void> close() noexcept { return fd_.close(); }

    /// bind(2). Errors: ADDRINUSE, ADDRNOTAVAIL, ACCES, INVAL (already bound).
    result<void> bind(const SocketAddress& address) const noexcept {
        return to_void_result(sys::bind(fd_.raw(), address.raw(), address.size()));
    }

    /// listen(2).
    result<void> listen(int backlog) const noexcept { return to_void_result(sys::listen(fd_.raw(), backlog)); }

    /// connect(2). INPROGRESS on a non-blocking socket: wait until it is writable, then ask take_error(). After
    /// INTR the connection goes on being made: wait in the same way, do not call connect again.
    result<void> connect(const SocketAddress& address) const noexcept {
        return to_void_result(sys::connect(fd_.raw(), address.raw(), address.size()));
    }

    /// accept4(2): takes a waiting connection. `flags` are those of the new socket. Errors: AGAIN, CONNABORTED (the
    /// peer gave up: try again), MFILE and NFILE (the connection keeps waiting).
    result<Socket> accept(SocketFlags flags = SocketFlags{}) const noexcept {
        const long raw = sys::accept4(fd_.raw(), nullptr, nullptr, abi::bits(flags | SocketFlags::CLOEXEC));
        if (raw < 0) [[unlikely]]
            return static_cast<Errno>(-raw);
        return Socket(Fd::from_raw(static_cast<int>(raw)));
    }

    /// accept4(2), with the peer's address.
    result<Accepted> accept_from(SocketFlags flags = SocketFlags{}) const noexcept;

    /// recv(2): up to buffer.size() bytes; 0 when the peer has shut down its side.
    result<usize> receive(MutableBytes buffer, MessageFlags flags = MessageFlags{}) const noexcept {
        return to_result<usize>(
            sys::recvfrom(fd_.raw(), buffer.data(), buffer.size(), abi::bits(flags), nullptr, nullptr));
    }

    /// send(2): the number of bytes taken, which may be less than all.
    result<usize> send(ConstBytes bytes, MessageFlags flags = MessageFlags{}) const noexcept {
        return to_result<usize>(
            sys::sendto(fd_.raw(), bytes.data(), bytes.size(), abi::bits(flags | MessageFlags::NOSIGNAL), nullptr, 0));
    }

    /// sendmsg(2): sends the buffers in order, as one call; the number of bytes taken. MSGSIZE for more than 1024.
    result<usize> send_vectored(std::span<const ConstBuffer> buffers,
                                MessageFlags flags = MessageFlags{}) const noexcept;

    /// recvmsg(2): fills the buffers in order.
    result<usize> receive_vectored(std::span<const MutableBuffer> buffers,
                                   MessageFlags flags = MessageFlags{}) const noexcept;

    /// Sends everything, over as many calls as it takes; EINTR is retried. For blocking sockets: AGAIN ends it.
    result<void> send_all(ConstBytes bytes, MessageFlags flags = MessageFlags{}) const noexcept;

    /// Receives until the buffer is full or the peer has shut down; EINTR is retried. Returns the bytes received.
    result<usize> receive_all(MutableBytes buffer) const noexcept;

    /// shutdown(2). NOTCONN when there is no connection (any more).
    result<void> shutdown(ShutdownHow how) const noexcept {
        return to_void_result(sys::shutdown(fd_.raw(), abi::bits(how)));
    }

    /// getsockname(2) and getpeername(2).
    result<SocketAddress> local_address() const noexcept;
    result<SocketAddress> peer_address() const noexcept;

    /// setsockopt(2) and getsockopt(2) for any option whose value is a `T`; the functions below name the usual
    /// ones.
    template <class T>
    result<void> set_option(SocketLevel level, int option, const T& value) const noexcept {
        return to_void_result(sys::setsockopt(fd_.raw(), abi::bits(level), option, &value, sizeof(T)));
    }
    template <class T>
    result<T> option(SocketLevel level, int option) const noexcept {
        T value{};
        u32 size = sizeof(T);
        const long raw = sys::getsockopt(fd_.raw(), abi::bits(level), option, &value, &size);
        if (raw < 0) return static_cast<Errno>(-raw);
        return value;
    }

    /// SO_ERROR: fails with the error that waits on the socket, if any, and clears it. Asks how a non-blocking
    /// connect() ended.
    result<void> take_error() const noexcept {
        WALI_TRY(const int error, option<int>(SocketLevel::SOCKET, abi::bits(SocketOption::ERROR)));
        return to_void_result(-long{error});
    }
    result<void> set_reuse_address(bool enabled) const noexcept { return set_flag(SocketOption::REUSEADDR, enabled); }
    result<void> set_reuse_port(bool enabled) const noexcept { return set_flag(SocketOption::REUSEPORT, enabled); }
    result<void> set_keep_alive(bool enabled) const noexcept { return set_flag(SocketOption::KEEPALIVE, enabled); }
    /// TCP_NODELAY: small pieces are sent at once.
    result<void> set_no_delay(bool enabled) const noexcept {
        return set_option(SocketLevel::TCP, abi::bits(TcpOption::NODELAY), int{enabled});
    }
    /// IPV6_V6ONLY, before bind().
    result<void> set_ipv6_only(bool enabled) const noexcept {
        return set_option(SocketLevel::IPV6, abi::bits(abi::Ipv6Option::V6ONLY), int{enabled});
    }
    /// SO_SNDBUF and SO_RCVBUF in bytes; the kernel doubles what it is given and caps it.
    result<void> set_send_buffer(int bytes) const noexcept { return set_number(SocketOption::SNDBUF, bytes); }
    result<void> set_receive_buffer(int bytes) const noexcept { return set_number(SocketOption::RCVBUF, bytes); }
    /// SO_SNDTIMEO and SO_RCVTIMEO: how long a blocking call waits before Errno::AGAIN; 0 waits without end.
    result<void> set_send_timeout(std::chrono::microseconds timeout) const noexcept;
    result<void> set_receive_timeout(std::chrono::microseconds timeout) const noexcept;
    /// SO_LINGER: how long close() waits for unsent data; nothing restores the default, 0 resets the connection.
    result<void> set_linger(bool enabled, std::chrono::seconds time) const noexcept;

  private:
    result<void> set_flag(SocketOption option, bool enabled) const noexcept { return set_number(option, enabled); }
    result<void> set_number(SocketOption option, int value) const noexcept {
        return set_option(SocketLevel::SOCKET, abi::bits(option), value);
    }
    result<void> set_time(SocketOption option, std::chrono::microseconds time) const noexcept;

    Fd fd_;
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
