// SPDX-License-Identifier: BSL-1.0
// Sockets of the local machine: pairs, paths, abstract names.
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "call.h"

DECLARE(socket, int, int, int);
DECLARE(socketpair, int, int, int, int*);
DECLARE(bind, int, const void*, unsigned);
DECLARE(listen, int, int);
DECLARE(connect, int, const void*, unsigned);
DECLARE(accept, int, void*, unsigned*);
DECLARE(getsockname, int, void*, unsigned*);
DECLARE(getpeername, int, void*, unsigned*);
DECLARE(sendto, int, const void*, size_t, int, const void*, unsigned);
DECLARE(recvfrom, int, void*, size_t, int, void*, unsigned*);
DECLARE(getsockopt, int, int, int, void*, unsigned*);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(close, int);

static char buffer[64];

static void pairs(void) {
    int pair[2] = {-1, -1};
    TRY(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
    TRY(fcntl, pair[1], F_GETFD, 0);
    TRY(write, pair[0], "abc", 3);
    TRY(write, pair[0], "defgh", 5);
    TRY(read, pair[1], buffer, sizeof buffer);
    TRY(read, pair[1], buffer, 2);
    TRY(recvfrom, pair[1], buffer, 2, MSG_DONTWAIT, NULL, NULL);
    struct ucred credentials = {0, 1, 1};
    unsigned size = sizeof credentials;
    TRY(getsockopt, pair[0], SOL_SOCKET, SO_PEERCRED, &credentials, &size);
    SHOW(credentials.pid == getpid() && credentials.uid == getuid() && credentials.gid == getgid());
    TRY(close, pair[1]);
    TRY(read, pair[0], buffer, 1);
    TRY(sendto, pair[0], "x", 1, MSG_NOSIGNAL, NULL, 0);
    TRY(close, pair[0]);
    TRY(socketpair, AF_UNIX, 99, 0, pair);
    TRY(socketpair, AF_INET, SOCK_STREAM, 0, pair);
    TRY(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD);
    TRY(socketpair, AF_UNIX, SOCK_STREAM, 99, pair);
}

static void paths(void) {
    const struct sockaddr_un name = {AF_UNIX, "server"};
    const struct sockaddr_un absent = {AF_UNIX, "absent"};
    struct sockaddr_un found;
    unsigned size = sizeof found;
    const int server = (int)TRY(socket, AF_UNIX, SOCK_STREAM, 0);
    TRY(bind, server, &name, sizeof name);
    TRY(bind, server, &name, sizeof name);
    TRY(listen, server, 1);
    TRY(getsockname, server, &found, &size);
    SHOW(size);
    SHOW_TEXT(found.sun_path, 7);
    const int client = (int)TRY(socket, AF_UNIX, SOCK_STREAM, 0);
    TRY(connect, client, &absent, sizeof absent);
    TRY(connect, client, &name, sizeof name);
    size = sizeof found;
    const int connection = (int)TRY(accept, server, &found, &size);
    SHOW(size);
    SHOW(found.sun_family);
    size = sizeof found;
    TRY(getpeername, client, &found, &size);
    SHOW_TEXT(found.sun_path, 7);
    size = 4;
    TRY(getpeername, client, &found, &size);
    SHOW(size);
    TRY(close, connection);
    TRY(close, client);
    TRY(close, server);
    const int late = (int)TRY(socket, AF_UNIX, SOCK_STREAM, 0);
    TRY(connect, late, &name, sizeof name);
    TRY(connect, late, &name, 1);
    TRY(bind, late, &name, 200);
    TRY(close, late);
}

static void datagrams(void) {
    const struct sockaddr_un left = {AF_UNIX, "left"}, right = {AF_UNIX, "right"};
    struct sockaddr_un from;
    unsigned size = sizeof from;
    const int a = (int)TRY(socket, AF_UNIX, SOCK_DGRAM, 0);
    const int b = (int)TRY(socket, AF_UNIX, SOCK_DGRAM, 0);
    TRY(bind, a, &left, offsetof(struct sockaddr_un, sun_path) + 5);
    TRY(bind, b, &right, sizeof right);
    TRY(sendto, a, "message", 7, 0, &right, sizeof right);
    TRY(recvfrom, b, buffer, sizeof buffer, 0, &from, &size);
    SHOW(size);
    SHOW_TEXT(from.sun_path, 5);
    const struct sockaddr_un automatic = {.sun_family = AF_UNIX};
    const int c = (int)TRY(socket, AF_UNIX, SOCK_DGRAM, 0);
    TRY(bind, c, &automatic, sizeof automatic.sun_family);
    TRY(sendto, c, "hidden", 6, 0, &right, sizeof right);
    size = sizeof from;
    TRY(recvfrom, b, buffer, sizeof buffer, 0, &from, &size);
    SHOW(size);
    SHOW(from.sun_path[0]);
}

int main(void) {
    pairs();
    paths();
    datagrams();
    return 0;
}
