// SPDX-License-Identifier: BSL-1.0
#include <wali/net/socket.hpp>

namespace wali {

namespace {

abi::msghdr message_of(const abi::iovec* buffers, usize count) noexcept {
    abi::msghdr message{};
    message.msg_iov = const_cast<abi::iovec*>(buffers);
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    return message;
}

result<SocketAddress> address_of(long (*call)(int, abi::sockaddr*, u32*) noexcept, int fd) noexcept {
    SocketAddress address;
    u32 size = SocketAddress::capacity;
    const long raw = call(fd, address.out(), &size);
    if (raw < 0) return static_cast<Errno>(-raw);
    address.set_size(size);
    return address;
}

}  // namespace

result<Socket> Socket::create(AddressFamily family, SocketType type, SocketFlags flags, int protocol) noexcept {
    const int kind = abi::bits(type) | abi::bits(flags | SocketFlags::CLOEXEC);
    WALI_TRY(Fd fd, to_fd_result(sys::socket(abi::bits(family), kind, protocol)));
    return Socket(std::move(fd));
}

result<Socket> Socket::listen_on(const SocketAddress& address, const ListenOptions& options) noexcept {
    WALI_TRY(Socket socket, create(address.family(), SocketType::STREAM, options.flags));
    if (address.family() != AddressFamily::UNIX) {
        if (options.reuse_address) WALI_TRY(socket.set_reuse_address(true));
        if (options.reuse_port) WALI_TRY(socket.set_reuse_port(true));
    }
    if (address.family() == AddressFamily::INET6) WALI_TRY(socket.set_ipv6_only(options.ipv6_only));
    WALI_TRY(socket.bind(address));
    WALI_TRY(socket.listen(options.backlog));
    return socket;
}

result<Socket> Socket::connect_to(const SocketAddress& address) noexcept {
    WALI_TRY(Socket socket, create(address.family(), SocketType::STREAM));
    WALI_TRY(socket.connect(address));
    return socket;
}

result<Socket::Pair> Socket::pair(SocketType type, SocketFlags flags) noexcept {
    int ends[2] = {-1, -1};
    const int kind = abi::bits(type) | abi::bits(flags | SocketFlags::CLOEXEC);
    const long raw = sys::socketpair(abi::bits(AddressFamily::UNIX), kind, 0, ends);
    if (raw < 0) return static_cast<Errno>(-raw);
    return Pair{Socket(Fd::from_raw(ends[0])), Socket(Fd::from_raw(ends[1]))};
}

result<Accepted> Socket::accept_from(SocketFlags flags) const noexcept {
    SocketAddress peer;
    u32 size = SocketAddress::capacity;
    WALI_TRY(Fd fd, to_fd_result(sys::accept4(fd_.raw(), peer.out(), &size, abi::bits(flags | SocketFlags::CLOEXEC))));
    peer.set_size(size);
    return Accepted{Socket(std::move(fd)), peer};
}

result<usize> Socket::send_vectored(std::span<const ConstBuffer> buffers, MessageFlags flags) const noexcept {
    const auto message = message_of(reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size());
    return to_result<usize>(sys::sendmsg(fd_.raw(), &message, abi::bits(flags | MessageFlags::NOSIGNAL)));
}

result<usize> Socket::receive_vectored(std::span<const MutableBuffer> buffers, MessageFlags flags) const noexcept {
    auto message = message_of(reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size());
    return to_result<usize>(sys::recvmsg(fd_.raw(), &message, abi::bits(flags)));
}

result<void> Socket::send_all(ConstBytes bytes, MessageFlags flags) const noexcept {
    while (!bytes.empty()) {
        WALI_TRY(const usize n, retry_interrupted([&] { return send(bytes, flags); }));
        bytes = bytes.subspan(n);
    }
    return success();
}

result<usize> Socket::receive_all(MutableBytes buffer) const noexcept {
    usize done = 0;
    while (done < buffer.size()) {
        WALI_TRY(const usize n, retry_interrupted([&] { return receive(buffer.subspan(done)); }));
        if (n == 0) break;
        done += n;
    }
    return done;
}

result<SocketAddress> Socket::local_address() const noexcept { return address_of(&sys::getsockname, fd_.raw()); }

result<SocketAddress> Socket::peer_address() const noexcept { return address_of(&sys::getpeername, fd_.raw()); }

result<void> Socket::set_send_timeout(std::chrono::microseconds timeout) const noexcept {
    return set_time(SocketOption::SNDTIMEO, timeout);
}

result<void> Socket::set_receive_timeout(std::chrono::microseconds timeout) const noexcept {
    return set_time(SocketOption::RCVTIMEO, timeout);
}

result<void> Socket::set_linger(bool enabled, std::chrono::seconds time) const noexcept {
    const abi::linger value{int{enabled}, static_cast<i32>(time.count())};
    return set_option(SocketLevel::SOCKET, abi::bits(SocketOption::LINGER), value);
}

result<void> Socket::set_time(SocketOption option, std::chrono::microseconds time) const noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const abi::timeval value{seconds.count(), (time - seconds).count()};
    return set_option(SocketLevel::SOCKET, abi::bits(option), value);
}

}  // namespace wali
