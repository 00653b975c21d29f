// SPDX-License-Identifier: BSL-1.0
// TCP and UDP over the loopback device.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "call.h"

DECLARE(socket, int, int, int);
DECLARE(bind, int, const void*, unsigned);
DECLARE(listen, int, int);
DECLARE(connect, int, const void*, unsigned);
DECLARE(accept, int, void*, unsigned*);
DECLARE(accept4, int, void*, unsigned*, int);
DECLARE(getsockname, int, void*, unsigned*);
DECLARE(getpeername, int, void*, unsigned*);
DECLARE(sendto, int, const void*, size_t, int, const void*, unsigned);
DECLARE(recvfrom, int, void*, size_t, int, void*, unsigned*);
DECLARE(shutdown, int, int);
DECLARE(setsockopt, int, int, int, const void*, unsigned);
DECLARE(getsockopt, int, int, int, void*, unsigned*);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(ioctl, int, unsigned, void*);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(close, int);

static struct sockaddr_in loopback = {AF_INET, 0, {0}, {0}};
static struct sockaddr_in address;
static unsigned size;
static char buffer[64];

static void sockets(void) {
    TRY(socket, 99, SOCK_STREAM, 0);
    TRY(socket, AF_INET, 99, 0);
    TRY(socket, AF_INET, SOCK_STREAM, 99);
    const int fd = (int)TRY(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    TRY(fcntl, fd, F_GETFL, 0);
    TRY(fcntl, fd, F_GETFD, 0);
    const int six = (int)TRY(socket, AF_INET6, SOCK_DGRAM, 0);
    TRY(bind, fd, &loopback, 3);
    TRY(bind, fd, BAD, sizeof loopback);
    TRY(bind, 99, &loopback, sizeof loopback);
    TRY(bind, 0, &loopback, sizeof loopback);
    struct sockaddr_in elsewhere = loopback;
    elsewhere.sin_addr.s_addr = htonl(0xc0000201);
    TRY(bind, fd, &elsewhere, sizeof elsewhere);
    size = sizeof address;
    TRY(getpeername, fd, &address, &size);
    TRY(shutdown, fd, SHUT_RD);
    TRY(accept, fd, NULL, NULL);
    TRY(close, six);
    TRY(close, fd);
}

static int on, value;

static void options(int fd) {
    struct linger linger = {1, 5}, got;
    struct timeval timeout = {1, 500000}, no_timeout;
    on = 1;
    TRY(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &on, 4);
    size = 4;
    TRY(getsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &value, &size);
    SHOW(value);
    SHOW(size);
    TRY(setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    TRY(getsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &value, &size);
    SHOW(value);
    TRY(setsockopt, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    size = sizeof got;
    TRY(getsockopt, fd, SOL_SOCKET, SO_LINGER, &got, &size);
    SHOW(got.l_onoff);
    SHOW(got.l_linger);
    linger.l_onoff = 0;
    TRY(setsockopt, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    TRY(setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    size = sizeof no_timeout;
    TRY(getsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &no_timeout, &size);
    SHOW(no_timeout.tv_sec);
    SHOW(no_timeout.tv_usec);
    SHOW(size);
    const int options[] = {SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ERROR, SO_ACCEPTCONN, SO_KEEPALIVE, SO_BROADCAST};
    for (int i = 0; i < 7; ++i) {
        size = 4;
        TRY(getsockopt, fd, SOL_SOCKET, options[i], &value, &size);
        SHOW(value);
    }
    size = 2;
    TRY(getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &size);
    SHOW(size);
    size = -1;
    TRY(getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &size);
    size = 4;
    TRY(getsockopt, fd, SOL_SOCKET, 4711, &value, &size);
    TRY(getsockopt, fd, 4711, 1, &value, &size);
    TRY(getsockopt, fd, SOL_SOCKET, SO_TYPE, BAD, &size);
    TRY(getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, BAD);
    TRY(getsockopt, 99, SOL_SOCKET, SO_TYPE, &value, &size);
    TRY(getsockopt, 0, SOL_SOCKET, SO_TYPE, &value, &size);
    TRY(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &on, 1);
    TRY(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, BAD, 4);
    TRY(setsockopt, fd, SOL_SOCKET, 4711, &on, 4);
    TRY(setsockopt, 99, SOL_SOCKET, SO_REUSEADDR, &on, 4);
    TRY(setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
    char device[16] = "";
    size = sizeof device;
    TRY(getsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size);
    SHOW_TEXT(device, size);
    struct tcp_info info;
    size = 8;
    TRY(getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    SHOW(info.tcpi_state);
    char name[16] = "reno";
    TRY(setsockopt, fd, IPPROTO_TCP, TCP_CONGESTION, name, 4);
    size = sizeof name;
    TRY(getsockopt, fd, IPPROTO_TCP, TCP_CONGESTION, name, &size);
    SHOW_TEXT(name, 4);
}

static void streams(void) {
    const int listener = (int)TRY(socket, AF_INET, SOCK_STREAM, 0);
    options(listener);
    TRY(bind, listener, &loopback, sizeof loopback);
    TRY(bind, listener, &loopback, sizeof loopback);
    TRY(listen, listener, 4);
    TRY(listen, 99, 4);
    TRY(listen, 0, 4);
    size = sizeof address;
    TRY(getsockname, listener, &address, &size);
    SHOW(size);
    SHOW(address.sin_family);
    SHOW(ntohl(address.sin_addr.s_addr));
    size = 3;
    TRY(getsockname, listener, &address, &size);
    SHOW(size);
    TRY(getsockname, listener, BAD, &size);
    TRY(getsockname, listener, &address, BAD);
    TRY(getsockname, 99, &address, &size);
    size = sizeof address;
    CALL(getsockname, listener, &address, &size);

    const int client = (int)TRY(socket, AF_INET, SOCK_STREAM, 0);
    TRY(connect, client, &address, 2);
    TRY(connect, client, BAD, sizeof address);
    TRY(connect, 99, &address, sizeof address);
    TRY(connect, client, &address, sizeof address);
    TRY(connect, client, &address, sizeof address);
    struct sockaddr_in peer;
    unsigned peer_size = sizeof peer;
    const int server = (int)TRY(accept, listener, &peer, &peer_size);
    SHOW(peer_size);
    SHOW(ntohl(peer.sin_addr.s_addr));
    const int second = (int)TRY(socket, AF_INET, SOCK_STREAM, 0);
    TRY(connect, second, &address, sizeof address);
    peer_size = 5;
    const int other = (int)TRY(accept4, listener, &peer, &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    SHOW(peer_size);
    TRY(fcntl, other, F_GETFD, 0);
    TRY(fcntl, other, F_GETFL, 0);
    TRY(accept4, listener, NULL, NULL, 1);
    TRY(accept4, 99, NULL, NULL, 0);
    TRY(accept, client, NULL, NULL);
    TRY(fcntl, listener, F_SETFL, O_NONBLOCK);
    TRY(accept, listener, NULL, NULL);
    peer_size = sizeof peer;
    TRY(getpeername, client, &peer, &peer_size);
    SHOW(peer.sin_port == address.sin_port);
    TRY(getpeername, 0, &peer, &peer_size);
    TRY(getpeername, client, BAD, &peer_size);

    TRY(write, client, "hello", 5);
    int waiting = 0;
    TRY(recvfrom, server, buffer, 2, MSG_PEEK, NULL, NULL);
    TRY(ioctl, server, FIONREAD, &waiting);
    SHOW(waiting);
    TRY(recvfrom, server, buffer, sizeof buffer, 0, NULL, NULL);
    SHOW_TEXT(buffer, 5);
    TRY(recvfrom, server, buffer, sizeof buffer, MSG_DONTWAIT, NULL, NULL);
    TRY(recvfrom, other, buffer, sizeof buffer, 0, NULL, NULL);
    TRY(sendto, server, "world", 5, MSG_NOSIGNAL, NULL, 0);
    TRY(read, client, buffer, sizeof buffer);
    TRY(sendto, server, BAD, 5, 0, NULL, 0);
    TRY(recvfrom, client, BAD, 5, MSG_DONTWAIT, NULL, NULL);
    TRY(shutdown, client, SHUT_WR);
    TRY(shutdown, client, 99);
    TRY(shutdown, 99, SHUT_RD);
    TRY(shutdown, 0, SHUT_RD);
    TRY(read, server, buffer, sizeof buffer);
    TRY(sendto, client, "x", 1, MSG_NOSIGNAL, NULL, 0);
    for (int i = listener; i <= other; ++i) TRY(close, i);
    const int late = (int)TRY(socket, AF_INET, SOCK_STREAM, 0);
    TRY(connect, late, &address, sizeof address);
    TRY(close, late);
}

static void datagrams(void) {
    struct sockaddr_in from;
    unsigned from_size = sizeof from;
    const int a = (int)TRY(socket, AF_INET, SOCK_DGRAM, 0);
    const int b = (int)TRY(socket, AF_INET, SOCK_DGRAM, 0);
    TRY(bind, a, &loopback, sizeof loopback);
    TRY(bind, b, &loopback, sizeof loopback);
    size = sizeof address;
    TRY(getsockname, a, &address, &size);
    TRY(sendto, b, "datagram", 8, 0, &address, sizeof address);
    TRY(sendto, b, "datagram", 8, 0, &address, 3);
    TRY(sendto, b, "datagram", 8, 0, BAD, sizeof address);
    TRY(sendto, b, "datagram", 8, 0, NULL, 0);
    TRY(sendto, b, "", 0, 0, &address, sizeof address);
    TRY(sendto, b, buffer, 70000, 0, &address, sizeof address);
    TRY(recvfrom, a, buffer, 4, MSG_TRUNC, &from, &from_size);
    SHOW(from_size);
    SHOW(ntohl(from.sin_addr.s_addr));
    struct sockaddr_in name;
    unsigned name_size = sizeof name;
    TRY(getsockname, b, &name, &name_size);
    SHOW(name.sin_port == from.sin_port);
    TRY(recvfrom, a, buffer, 4, 0, BAD, &from_size);
    TRY(recvfrom, a, buffer, 4, MSG_DONTWAIT, &from, &from_size);
    TRY(connect, b, &address, sizeof address);
    TRY(write, b, "connected", 9);
    from_size = 4;
    TRY(recvfrom, a, buffer, sizeof buffer, 0, &from, &from_size);
    SHOW(from_size);
    TRY(listen, a, 1);
    TRY(close, b);
    TRY(close, a);
}

int main(void) {
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockets();
    streams();
    datagrams();
    return 0;
}
