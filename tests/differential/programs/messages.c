// SPDX-License-Identifier: BSL-1.0
// sendmsg and recvmsg: what is written back, and what travels beside the bytes.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "call.h"

DECLARE(socketpair, int, int, int, int*);
DECLARE(sendmsg, int, const struct msghdr*, int);
DECLARE(recvmsg, int, struct msghdr*, int);
DECLARE(setsockopt, int, int, int, const void*, unsigned);
DECLARE(socket, int, int, int);
DECLARE(bind, int, const void*, unsigned);
DECLARE(getsockname, int, void*, unsigned*);
DECLARE(fcntl, int, int, unsigned long);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);

static char buffer[64];
static _Alignas(8) char control[256];

/// Control messages as they are in the kernel's memory and the guest's: the header has 16 bytes on both sides.
static size_t control_add(size_t at, int level, int type, const void* data, size_t size) {
    const unsigned long length = 16 + size;
    memcpy(control + at, &length, 8);
    memcpy(control + at + 8, &level, 4);
    memcpy(control + at + 12, &type, 4);
    memcpy(control + at + 16, data, size);
    return at + ((length + 7) & ~7UL);
}

static void show_control(const struct msghdr* message) {
    const size_t size = (size_t)message->msg_controllen;
    SHOW(size);
    SHOW(message->msg_flags & ~MSG_CMSG_CLOEXEC);
    for (size_t at = 0; at + 16 <= size;) {
        unsigned long length;
        int level, type;
        memcpy(&length, control + at, 8);
        memcpy(&level, control + at + 8, 4);
        memcpy(&type, control + at + 12, 4);
        SHOW(length);
        SHOW(level);
        SHOW(type);
        if (length < 16) return;
        at += (length + 7) & ~7UL;
    }
}

static struct msghdr header(struct iovec* parts, int count, size_t control_size) {
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = count;
    message.msg_control = control_size ? control : NULL;
    message.msg_controllen = (socklen_t)control_size;
    return message;
}

static int pair[2], ends[2];

static void descriptors(void) {
    struct iovec out[2] = {{"hel", 3}, {"lo", 2}}, in[2] = {{buffer, 4}, {buffer + 4, 60}};
    const int sent[2] = {ends[0], ends[1]};
    struct msghdr message = header(out, 2, control_add(0, SOL_SOCKET, SCM_RIGHTS, sent, sizeof sent));
    TRY(sendmsg, pair[0], &message, 0);
    message = header(in, 2, sizeof control);
    message.msg_flags = -1;
    TRY(recvmsg, pair[1], &message, MSG_CMSG_CLOEXEC);
    SHOW_TEXT(buffer, 5);
    show_control(&message);
    int got[2];
    memcpy(got, control + 16, sizeof got);
    TRY(fcntl, got[0], F_GETFD, 0);
    TRY(write, got[1], "through", 7);
    TRY(read, ends[0], buffer, sizeof buffer);
    close(got[0]);
    close(got[1]);

    // Room for one of two: the other is closed, and the flag says so.
    message = header(out, 1, control_add(0, SOL_SOCKET, SCM_RIGHTS, sent, sizeof sent));
    TRY(sendmsg, pair[0], &message, 0);
    message = header(in, 1, 20);
    TRY(recvmsg, pair[1], &message, 0);
    show_control(&message);
    memcpy(got, control + 16, 4);
    TRY(fcntl, got[0], F_GETFD, 0);
    TRY(fcntl, got[0] + 1, F_GETFD, 0);
    close(got[0]);
    message = header(out, 1, control_add(0, SOL_SOCKET, SCM_RIGHTS, sent, sizeof sent));
    TRY(sendmsg, pair[0], &message, 0);
    message = header(in, 1, 0);
    TRY(recvmsg, pair[1], &message, 0);
    SHOW(message.msg_flags);

    const int wrong[1] = {99};
    message = header(out, 1, control_add(0, SOL_SOCKET, SCM_RIGHTS, wrong, sizeof wrong));
    TRY(sendmsg, pair[0], &message, 0);
    message = header(out, 1, control_add(0, SOL_SOCKET, 99, wrong, sizeof wrong));
    TRY(sendmsg, pair[0], &message, 0);
    message = header(out, 1, control_add(0, SOL_SOCKET, SCM_RIGHTS, sent, sizeof sent));
    memset(control, 0, 8);
    TRY(sendmsg, pair[0], &message, 0);
    message = header(out, 1, 100);
    message.msg_control = BAD;
    TRY(sendmsg, pair[0], &message, 0);
}

static void credentials(void) {
    struct iovec out[1] = {{"c", 1}}, in[1] = {{buffer, 64}};
    const int on = 1;
    TRY(setsockopt, pair[1], SOL_SOCKET, SO_PASSCRED, &on, 4);
    const struct ucred mine = {getpid(), getuid(), getgid()};
    const int sent[1] = {ends[1]};
    const size_t first = control_add(0, SOL_SOCKET, SCM_CREDENTIALS, &mine, sizeof mine);
    struct msghdr message = header(out, 1, control_add(first, SOL_SOCKET, SCM_RIGHTS, sent, sizeof sent));
    TRY(sendmsg, pair[0], &message, 0);
    memset(control, 0, sizeof control);
    message = header(in, 1, sizeof control);
    TRY(recvmsg, pair[1], &message, 0);
    show_control(&message);
    struct ucred got = {0, 0, 0};
    memcpy(&got, control + 16, sizeof got);
    SHOW(got.pid == mine.pid && got.uid == mine.uid && got.gid == mine.gid);
    const int off = 0;
    TRY(setsockopt, pair[1], SOL_SOCKET, SO_PASSCRED, &off, 4);
}

static void names(void) {
    struct sockaddr_in address = {AF_INET, 0, {0}, {0}}, from;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned size = sizeof address;
    const int fd = (int)TRY(socket, AF_INET, SOCK_DGRAM, 0);
    TRY(bind, fd, &address, sizeof address);
    TRY(getsockname, fd, &address, &size);
    const int on = 1;
    TRY(setsockopt, fd, IPPROTO_IP, IP_PKTINFO, &on, 4);
    TRY(setsockopt, fd, SOL_SOCKET, SO_TIMESTAMP, &on, 4);
    struct iovec out[1] = {{"four", 4}}, in[1] = {{buffer, 2}};
    struct msghdr message = header(out, 1, 0);
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    TRY(sendmsg, fd, &message, 0);
    message = header(in, 1, sizeof control);
    message.msg_name = &from;
    message.msg_namelen = 100;
    TRY(recvmsg, fd, &message, 0);
    SHOW(message.msg_namelen);
    SHOW(from.sin_port == address.sin_port);
    show_control(&message);
    message = header(out, 1, 0);
    message.msg_name = BAD;
    message.msg_namelen = sizeof address;
    TRY(sendmsg, fd, &message, 0);
    message.msg_name = &address;
    message.msg_namelen = 3;
    TRY(sendmsg, fd, &message, 0);
    message.msg_namelen = -1;
    TRY(sendmsg, fd, &message, 0);
    TRY(recvmsg, fd, &message, MSG_DONTWAIT);
}

static void errors(void) {
    static struct iovec many[1025];
    for (int i = 0; i < 1025; ++i) many[i] = (struct iovec){"z", 1};
    struct msghdr message = header(many, 1024, 0);
    TRY(sendmsg, pair[0], &message, 0);
    message = header(many, 1025, 0);
    TRY(sendmsg, pair[0], &message, 0);
    TRY(recvmsg, pair[1], &message, MSG_DONTWAIT);
    message = header(many, -1, 0);
    TRY(sendmsg, pair[0], &message, 0);
    message = header(BAD, 1, 0);
    TRY(sendmsg, pair[0], &message, 0);
    TRY(recvmsg, pair[1], &message, MSG_DONTWAIT);
    struct iovec bad[1] = {{BAD, 4}};
    message = header(bad, 1, 0);
    TRY(sendmsg, pair[0], &message, 0);
    message = header(NULL, 0, 0);
    TRY(sendmsg, pair[0], &message, 0);
    TRY(sendmsg, pair[0], BAD, 0);
    TRY(recvmsg, pair[1], BAD, 0);
    TRY(sendmsg, 99, &message, 0);
    TRY(sendmsg, 0, &message, 0);
    struct iovec in[1] = {{buffer, 64}};
    message = header(in, 1, 0);
    TRY(recvmsg, pair[1], &message, 0);
    TRY(recvmsg, pair[1], &message, MSG_ERRQUEUE);
    TRY(recvmsg, pair[0], &message, MSG_DONTWAIT);
}

int main(void) {
    if (pipe(ends)) return 1;
    TRY(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
    descriptors();
    credentials();
    names();
    errors();
    return 0;
}
