// SPDX-License-Identifier: BSL-1.0
#include <wali/net/tcp.hpp>
#include <wali/net/udp.hpp>
#include <wali/net/unix_socket.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

template <class Kind>
result<SocketPair<Kind>> pair_of(SocketType type, SocketFlags flags) noexcept {
    auto pair = Socket::pair(type, flags);
    if (pair.has_error()) return pair.assume_error();
    auto& [first, second] = pair.assume_value();
    return SocketPair<Kind>{Kind::from_socket(std::move(first)), Kind::from_socket(std::move(second))};
}

}  // namespace

result<UdpSocket> UdpSocket::create(AddressFamily family, SocketFlags flags) noexcept {
    WALI_TRY(Socket socket, Socket::create(family, SocketType::DGRAM, flags));
    return from_socket(std::move(socket));
}

result<UdpSocket> UdpSocket::bind_to(const Endpoint& local, const Options& options) noexcept {
    WALI_TRY(UdpSocket socket, create(local.family(), options.flags));
    if (options.reuse_port) WALI_TRY(socket.set(option::reuse_port(true)));
    if (local.address.is_v6()) WALI_TRY(socket.set(option::ipv6::only(options.ipv6_only)));
    WALI_TRY(socket.bind(local));
    return socket;
}

result<SocketPair<UnixStream>> UnixStream::pair(SocketFlags flags) noexcept {
    return pair_of<UnixStream>(SocketType::STREAM, flags);
}

result<SocketPair<SeqPacket>> SeqPacket::pair(SocketFlags flags) noexcept {
    return pair_of<SeqPacket>(SocketType::SEQPACKET, flags);
}

result<UnixDatagram> UnixDatagram::create(SocketFlags flags) noexcept {
    WALI_TRY(Socket socket, Socket::create(AddressFamily::UNIX, SocketType::DGRAM, flags));
    return from_socket(std::move(socket));
}

result<UnixDatagram> UnixDatagram::bind_to(const UnixAddress& local, SocketFlags flags) noexcept {
    WALI_TRY(UnixDatagram socket, create(flags));
    WALI_TRY(socket.bind(local));
    return socket;
}

result<SocketPair<UnixDatagram>> UnixDatagram::pair(SocketFlags flags) noexcept {
    return pair_of<UnixDatagram>(SocketType::DGRAM, flags);
}

}  // namespace wali
