// SPDX-License-Identifier: BSL-1.0
// Sockets, of the UNIX domain: no network.
#include <fcntl.h>
#include <sys/socket.h>

#include "run.hpp"

namespace native_calls {
namespace {

void pair(Run& run) {
    int ends[2] = {-1, -1};
    CALL(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends);
    run.see(ends[0], ends[1]);
    char buffer[16] = {};
    u32 size = sizeof(buffer);
    CALL(sendto, ends[0], "ping", 4, MSG_NOSIGNAL, nullptr, 0);
    CALL(recvfrom, ends[1], buffer, sizeof(buffer), MSG_TRUNC, nullptr, nullptr);
    run.see(buffer);
    const int on = 1;
    int type = 0;
    CALL(setsockopt, ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
    size = sizeof(type);
    CALL(getsockopt, ends[0], SOL_SOCKET, SO_TYPE, &type, &size);
    run.see(type, size);
    CALL(shutdown, ends[0], SHUT_WR);
    FAILS(sendto, ends[0], "ping", 4, MSG_NOSIGNAL, nullptr, 0);
}

void addresses(Run& run) {
    const int ends[2] = {::socket(AF_UNIX, SOCK_DGRAM, 0), ::socket(AF_UNIX, SOCK_DGRAM, 0)};
    const abi::sockaddr_un names[2] = {{AF_UNIX, "first"}, {AF_UNIX, "second"}};
    for (int i = 0; i < 2; ++i) ::bind(ends[i], any(&names[i]), sizeof(names[i]));
    CALL(sendto, ends[0], "data", 4, MSG_DONTWAIT, any(&names[1]), sizeof(names[1]));
    char buffer[16] = {};
    abi::sockaddr_un from{};
    u32 size = sizeof(from);
    CALL(recvfrom, ends[1], buffer, sizeof(buffer), MSG_DONTWAIT, any(&from), &size);
    run.see(buffer), run.see(from), run.see(size);
}

abi::msghdr message(const abi::iovec& part) {
    abi::msghdr header{};
    header.msg_iov = const_cast<abi::iovec*>(&part);
    header.msg_iovlen = 1;
    return header;
}

void messages(Run& run) {
    int ends[2] = {-1, -1};
    ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends);
    char first[] = "first", second[] = "second", third[] = "third", received[2][8] = {};
    const abi::iovec out[3] = {{first, 5}, {second, 6}, {third, 5}};
    const abi::iovec in[2] = {{received[0], 8}, {received[1], 4}};
    abi::msghdr header = message(out[0]);
    CALL(sendmsg, ends[0], any(&header), 0);
    header = message(in[0]);
    CALL(recvmsg, ends[1], any(&header), MSG_PEEK);
    run.see(received), run.see(header.msg_flags);
    CALL(recvmsg, ends[1], any(&header), 0);
    abi::mmsghdr headers[2] = {{message(out[1]), 0, 0}, {message(out[2]), 0, 0}};
    CALL(sendmmsg, ends[0], any(headers), 2, 0);
    run.see(headers[0].msg_len, headers[1].msg_len);
    headers[0] = {message(in[1]), 0, 0}, headers[1] = {message(in[0]), 0, 0};
    CALL(recvmmsg, ends[1], any(headers), 2, MSG_DONTWAIT, nullptr);
    run.see(received), run.see(headers[0].msg_len, headers[0].msg_hdr.msg_flags, headers[1].msg_len);
}

void connections(Run& run) {
    const int server = CALL(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0).number();
    const abi::sockaddr_un address{AF_UNIX, "socket"};
    CALL(bind, server, any(&address), sizeof(address));
    FAILS(accept, server, nullptr, nullptr);
    CALL(listen, server, 2);
    const int clients[2] = {::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
                            ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    for (const int client : clients) CALL(connect, client, any(&address), sizeof(address));
    abi::sockaddr_un peer{};
    u32 size = sizeof(peer);
    const int accepted = CALL(accept, server, any(&peer), &size).number();
    run.see(peer), run.see(size, ::fcntl(accepted, F_GETFD));
    const int other = CALL(accept4, server, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC).number();
    run.see(::fcntl(other, F_GETFD), ::fcntl(other, F_GETFL));
    size = sizeof(peer);
    CALL(getsockname, accepted, any(&peer), &size);
    run.see(peer), run.see(size);
    size = sizeof(peer);
    CALL(getpeername, clients[1], any(&peer), &size);
    run.see(peer), run.see(size);
}

}  // namespace

const std::initializer_list<Scenario> net_scenarios = {
    {"pair", pair},
    {"addresses", addresses},
    {"messages", messages},
    {"connections", connections},
};

}  // namespace native_calls
