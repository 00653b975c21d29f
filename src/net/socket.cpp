// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <utility>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/net/socket.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/net.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

abi::msghdr message_of(const abi::iovec* buffers, usize count) noexcept {
    abi::msghdr message{};
    message.msg_iov = const_cast<abi::iovec*>(buffers);
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    return message;
}

abi::msghdr message_of(const OutgoingMessage& message) noexcept {
    auto out = message_of(reinterpret_cast<const abi::iovec*>(message.buffers.data()), message.buffers.size());
    if (message.to != nullptr) {
        out.msg_name = const_cast<abi::sockaddr*>(message.to->raw());
        out.msg_namelen = message.to->size();
    }
    if (message.control != nullptr && !message.control->bytes().empty()) {
        out.msg_control = const_cast<std::byte*>(message.control->bytes().data());
        out.msg_controllen = static_cast<decltype(out.msg_controllen)>(message.control->bytes().size());
    }
    return out;
}

/// What to give to the kernel; ends what the message holds from an earlier call.
abi::msghdr room_of(IncomingMessage& message) noexcept {
    auto out = message_of(reinterpret_cast<const abi::iovec*>(message.buffers.data()), message.buffers.size());
    if (message.from != nullptr) {
        *message.from = SocketAddress();  // the kernel writes nothing when the sender has no address
        out.msg_name = message.from->out();
        out.msg_namelen = SocketAddress::capacity;
    }
    if (message.control != nullptr) {
        message.control->clear();
        out.msg_control = message.control->data();
        out.msg_controllen = static_cast<decltype(out.msg_controllen)>(message.control->room());
    }
    return out;
}

/// What the kernel has filled in.
void take_over(IncomingMessage& message, const abi::msghdr& filled, usize size) noexcept {
    message.size = size;
    message.flags = static_cast<MessageFlags>(filled.msg_flags);
    if (message.from != nullptr) message.from->set_size(filled.msg_namelen);
    if (message.control != nullptr)
        message.control->set_received(static_cast<usize>(filled.msg_controllen), message.control_truncated());
}

result<SocketAddress> address_of(Call call, long (*raw_call)(int, abi::sockaddr*, u32*) noexcept, int fd) noexcept {
    SocketAddress address;
    u32 size = SocketAddress::capacity;
    const long raw = raw_call(fd, address.out(), &size);
    if (is_error(raw)) return Error::of_raw(call, raw);
    address.set_size(size);
    return address;
}

/// Waits until a connection that is being made is made or has failed.
result<void> wait_connected(const Socket& socket, MonotonicClock::time_point deadline) noexcept {
    for (;;) {
        abi::pollfd watched{socket.fd().raw(), static_cast<i16>(abi::bits(abi::PollEvents::OUT)), 0};
        const Duration time = time_until(deadline);
        const bool ends = time != forever();
        abi::timespec left = to_timespec(time);
        const auto ready = to_result<int>(Call::ppoll, sys::ppoll(&watched, 1, ends ? &left : nullptr, nullptr, 0));
        if (ready && ready.assume_value() == 1) return socket.take_error();
        if (ready && ends) return Error(Errno::TIMEDOUT, Call::connect);
        if (!ready && ready.assume_error() != Errno::INTR) return ready.assume_error();
    }
}

/// Connects a socket that does not wait.
result<void> connect_and_poll(const Socket& socket, const SocketAddress& address,
                              MonotonicClock::time_point deadline) noexcept {
    const auto connected = socket.connect(address);
    if (connected.has_error() && connected.assume_error() == Errno::INPROGRESS) return wait_connected(socket, deadline);
    return connected;
}

/// Connects a Unix socket that waits: where the listener's queue is full, nothing but the call itself sees an end of
/// that.
result<void> connect_and_wait(const Socket& socket, const SocketAddress& address,
                              MonotonicClock::time_point deadline) noexcept {
    WALI_TRY(const Duration before, socket.get(option::send_timeout));
    const auto connected = retry_interrupted([&]() noexcept -> result<void> {
        WALI_TRY(socket.set(option::send_timeout(time_until(deadline))));
        return socket.connect(address);
    });
    WALI_TRY(socket.set(option::send_timeout(before)));
    if (connected.has_error() && connected.assume_error() == Errno::AGAIN) return Error(Errno::TIMEDOUT, Call::connect);
    return connected;
}

}  // namespace

result<Socket> Socket::create(AddressFamily family, SocketType type, SocketFlags flags, int protocol) noexcept {
    const int kind = abi::bits(type) | abi::bits(flags | SocketFlags::CLOEXEC);
    return to_descriptor<Socket>(Call::socket, sys::socket(abi::bits(family), kind, protocol));
}

result<Socket> Socket::listen_on(const SocketAddress& address, const ListenOptions& options) noexcept {
    WALI_TRY(Socket socket, create(address.family(), options.type, options.flags));
    if (address.family() != AddressFamily::UNIX) {
        if (options.reuse_address) WALI_TRY(socket.set(option::reuse_address(true)));
        if (options.reuse_port) WALI_TRY(socket.set(option::reuse_port(true)));
    }
    if (address.family() == AddressFamily::INET6) WALI_TRY(socket.set(option::ipv6::only(options.ipv6_only)));
    WALI_TRY(socket.bind(address));
    WALI_TRY(socket.listen(options.backlog));
    return socket;
}

result<Socket> Socket::connect_to(const SocketAddress& address, Timeout timeout, SocketType type) noexcept {
    WALI_TRY(Socket socket, create(address.family(), type));
    WALI_TRY(timeout.duration() == forever() ? socket.connect(address) : socket.connect(address, timeout));
    return socket;
}

result<void> Socket::connect(const SocketAddress& address, Timeout timeout) const noexcept {
    const MonotonicClock::time_point deadline = deadline_after(timeout);
    const long flags = sys::fcntl(fd().raw(), abi::bits(abi::FcntlCommand::GETFL), 0);
    if (is_error(flags)) return Error::of_raw(Call::fcntl, flags);
    const bool waits = !contains(static_cast<abi::OpenFlags>(flags), abi::OpenFlags::NONBLOCK);
    const bool shall_wait = address.family() == AddressFamily::UNIX;
    if (waits != shall_wait) WALI_TRY(set_non_blocking(!shall_wait));
    const auto connected =
        shall_wait ? connect_and_wait(*this, address, deadline) : connect_and_poll(*this, address, deadline);
    if (waits != shall_wait) WALI_TRY(set_non_blocking(!waits));
    return connected;
}

result<Socket::Pair> Socket::pair(SocketType type, SocketFlags flags) noexcept {
    int ends[2] = {-1, -1};
    const int kind = abi::bits(type) | abi::bits(flags | SocketFlags::CLOEXEC);
    const long raw = sys::socketpair(abi::bits(AddressFamily::UNIX), kind, 0, ends);
    if (is_error(raw)) return Error::of_raw(Call::socketpair, raw);
    return Pair{from_fd(Fd::from_raw(ends[0])), from_fd(Fd::from_raw(ends[1]))};
}

result<Accepted> Socket::accept_from(SocketFlags flags) const noexcept {
    SocketAddress peer;
    u32 size = SocketAddress::capacity;
    WALI_TRY(Socket socket,
             to_descriptor<Socket>(
                 Call::accept4, sys::accept4(fd().raw(), peer.out(), &size, abi::bits(flags | SocketFlags::CLOEXEC))));
    peer.set_size(size);
    return Accepted{std::move(socket), peer};
}

result<usize> Socket::send_vectored(std::span<const ConstBuffer> buffers, MessageFlags flags) const noexcept {
    const auto message = message_of(reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size());
    return to_result<usize>(Call::sendmsg,
                            sys::sendmsg(fd().raw(), &message, abi::bits(flags | MessageFlags::NOSIGNAL)));
}

result<usize> Socket::receive_vectored(std::span<const MutableBuffer> buffers, MessageFlags flags) const noexcept {
    auto message = message_of(reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size());
    return to_result<usize>(Call::recvmsg, sys::recvmsg(fd().raw(), &message, abi::bits(flags)));
}

result<usize> Socket::receive_from(MutableBytes buffer, SocketAddress& address, MessageFlags flags) const noexcept {
    address = SocketAddress();  // the kernel writes nothing when the sender has no address
    u32 size = SocketAddress::capacity;
    const auto received = to_result<usize>(Call::recvfrom, sys::recvfrom(fd().raw(), buffer.data(), buffer.size(),
                                                                         abi::bits(flags), address.out(), &size));
    if (received) address.set_size(size);
    return received;
}

result<usize> Socket::send_message(const OutgoingMessage& message, MessageFlags flags) const noexcept {
    const abi::msghdr raw = message_of(message);
    return to_result<usize>(Call::sendmsg, sys::sendmsg(fd().raw(), &raw, abi::bits(flags | MessageFlags::NOSIGNAL)));
}

result<usize> Socket::receive_message(IncomingMessage& message, MessageFlags flags) const noexcept {
    abi::msghdr raw = room_of(message);
    const auto received =
        to_result<usize>(Call::recvmsg, sys::recvmsg(fd().raw(), &raw, abi::bits(flags | MessageFlags::CMSG_CLOEXEC)));
    if (received) take_over(message, raw, received.assume_value());
    return received;
}

result<usize> Socket::send_messages(std::span<OutgoingMessage> messages, MessageFlags flags) const noexcept {
    abi::mmsghdr raw[messages_max];
    const usize count = std::min(messages.size(), messages_max);
    for (usize i = 0; i < count; ++i) raw[i].msg_hdr = message_of(messages[i]);
    const auto sent = to_result<usize>(Call::sendmmsg,
                                       sys::sendmmsg(fd().raw(), raw, static_cast<unsigned>(count),
                                                     static_cast<unsigned>(abi::bits(flags | MessageFlags::NOSIGNAL))));
    for (usize i = 0; sent && i < sent.assume_value(); ++i) messages[i].sent = raw[i].msg_len;
    return sent;
}

result<usize> Socket::receive_messages(std::span<IncomingMessage> messages, MessageFlags flags) const noexcept {
    abi::mmsghdr raw[messages_max];
    const usize count = std::min(messages.size(), messages_max);
    for (usize i = 0; i < count; ++i) raw[i].msg_hdr = room_of(messages[i]);
    const auto received = to_result<usize>(
        Call::recvmmsg, sys::recvmmsg(fd().raw(), raw, static_cast<unsigned>(count),
                                      static_cast<unsigned>(abi::bits(flags | MessageFlags::CMSG_CLOEXEC)), nullptr));
    for (usize i = 0; received && i < received.assume_value(); ++i)
        take_over(messages[i], raw[i].msg_hdr, raw[i].msg_len);
    return received;
}

result<ZeroCopyCompletion> Socket::receive_completion() const noexcept {
    IncomingControlBuffer<256> control;
    IncomingMessage message{.control = &control};
    WALI_TRY(receive_message(message, MessageFlags::ERRQUEUE));
    const auto error = control.error();
    if (!error || (error->origin != abi::ErrorOrigin::ZEROCOPY && abi::bits(error->code) == 0))
        return Error(Errno::PROTO, Call::recvmsg);
    if (error->origin != abi::ErrorOrigin::ZEROCOPY) return Error(error->code, Call::recvmsg);
    const bool copied = error->detail == abi::bits(abi::ErrorCode::ZEROCOPY_COPIED);
    return ZeroCopyCompletion{error->info, error->data, copied};
}

Transfer Socket::send_all(ConstBytes bytes, MessageFlags flags) const noexcept {
    return transfer_all(Call::sendto, bytes.size(),
                        [&](usize done) noexcept { return send(bytes.subspan(done), flags); });
}

Transfer Socket::receive_all(MutableBytes buffer) const noexcept {
    return transfer_all(buffer.size(), [&](usize done) noexcept { return receive(buffer.subspan(done)); });
}

result<SocketAddress> Socket::local_address() const noexcept {
    return address_of(Call::getsockname, &sys::getsockname, fd().raw());
}

result<SocketAddress> Socket::peer_address() const noexcept {
    return address_of(Call::getpeername, &sys::getpeername, fd().raw());
}

result<void> Socket::take_error() const noexcept {
    constexpr ReadOnlySocketOption<int> error(SocketLevel::SOCKET, abi::SocketOption::ERROR);
    WALI_TRY(const int number, get(error));
    if (number != 0) return Error(static_cast<Errno>(number), Call::connect);
    return success();
}

}  // namespace wali
