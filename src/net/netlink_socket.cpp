// SPDX-License-Identifier: BSL-1.0
#include <wali/net/netlink_socket.hpp>

#include <cstring>

#include <wali/try.hpp>

namespace wali {

result<NetlinkAddress> NetlinkAddress::from(const SocketAddress& address) noexcept {
    abi::sockaddr_nl raw{};
    if (address.family() != AddressFamily::NETLINK || address.size() < sizeof raw) return Errno::AFNOSUPPORT;
    std::memcpy(&raw, address.raw(), sizeof raw);
    return NetlinkAddress{raw.nl_pid, raw.nl_groups};
}

NetlinkAddress::operator SocketAddress() const noexcept {
    const abi::sockaddr_nl raw{static_cast<u16>(abi::bits(AddressFamily::NETLINK)), 0, port, groups};
    SocketAddress address;
    std::memcpy(address.out(), &raw, sizeof raw);
    address.set_size(sizeof raw);
    return address;
}

result<NetlinkSocket> NetlinkSocket::open(NetlinkProtocol protocol, SocketFlags flags) noexcept {
    WALI_TRY(Socket socket, Socket::create(AddressFamily::NETLINK, SocketType::RAW, flags, abi::bits(protocol)));
    constexpr SocketOption<bool> strict(SocketLevel::NETLINK, abi::NetlinkOption::GET_STRICT_CHK);
    WALI_TRY(socket.set(strict(true)));
    WALI_TRY(socket.bind(NetlinkAddress{}));
    return from_socket(std::move(socket));
}

result<NetlinkMessages> NetlinkSocket::receive(MutableBytes room) const noexcept {
    for (;;) {
        SocketAddress sender;
        const MutableBuffer buffer(room);
        IncomingMessage message{.buffers = {&buffer, 1}, .from = &sender};
        WALI_TRY(receive_message(message));
        const auto from = NetlinkAddress::from(sender);
        if (from.has_error() || from.assume_value().port != 0) continue;
        if (message.truncated()) return Error(Errno::MSGSIZE, Call::recvmsg);
        const NetlinkMessages messages(room.first(message.size));
        if (!messages.is_whole()) return Error(Errno::BADMSG, Call::recvmsg);
        return messages;
    }
}

result<NetlinkAnswer> NetlinkSocket::send_request(NetlinkRequest& request, NetlinkFlags flags,
                                                  MutableBytes room) const noexcept {
    WALI_TRY(const NetlinkAddress own, local_address());
    const u32 sequence = request.prepare(flags);
    WALI_TRY(retry_interrupted([&]() noexcept { return send_to(request.bytes(), NetlinkAddress{}); }));
    return NetlinkAnswer(*this, room, sequence, own.port);
}

result<NetlinkAnswer> NetlinkSocket::query(NetlinkRequest& request, MutableBytes room) const noexcept {
    return send_request(request, NetlinkFlags::ACK, room);
}

result<NetlinkAnswer> NetlinkSocket::dump(NetlinkRequest& request, MutableBytes room) const noexcept {
    return send_request(request, NetlinkFlags::DUMP, room);
}

result<void> NetlinkSocket::execute(NetlinkRequest& request, MutableBytes room) const noexcept {
    WALI_TRY(NetlinkAnswer answer, query(request, room));
    for (;;) {
        WALI_TRY(const auto message, answer.next());
        if (!message) return success();
    }
}

result<std::optional<NetlinkMessage>> NetlinkAnswer::next() noexcept {
    while (!ended_) {
        if (at_ == NetlinkMessages::end()) {
            const auto more = retry_interrupted([&]() noexcept { return socket_->receive(room_); });
            if (more.has_error()) {
                ended_ = more.assume_error() != Errno::AGAIN;  // what is lost may have been the last message
                return more.assume_error();
            }
            at_ = more.assume_value().begin();
            continue;
        }
        const NetlinkMessage message = *at_;
        ++at_;
        if (message.sequence() != sequence_ || message.port() != port_) continue;  // it was told to a group
        interrupted_ = interrupted_ || contains(message.flags(), NetlinkFlags::DUMP_INTR);
        if (message.is(abi::NetlinkMessageType::NOOP)) continue;
        const bool overrun = message.is(abi::NetlinkMessageType::OVERRUN);
        ended_ = overrun || message.is(abi::NetlinkMessageType::ERROR) || message.is(abi::NetlinkMessageType::DONE);
        if (overrun) return Errno::NOBUFS;
        if (!ended_) return message;
        WALI_TRY(message.outcome());
    }
    return std::optional<NetlinkMessage>();
}

}  // namespace wali
