// SPDX-License-Identifier: BSL-1.0
// sendmsg, recvmsg, sendmmsg, recvmmsg: translation of the header, what is written back, descriptors in control data.
#include "program.h"

WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_sendmsg) i64 sys_sendmsg(int fd, const void* message, int flags);
WALI(SYS_recvmsg) i64 sys_recvmsg(int fd, void* message, int flags);
WALI(SYS_sendmmsg) i64 sys_sendmmsg(int fd, void* messages, u32 count, int flags);
WALI(SYS_recvmmsg) i64 sys_recvmmsg(int fd, void* messages, u32 count, int flags, void* timeout);
WALI(SYS_socket) i64 sys_socket(int domain, int type, int protocol);
WALI(SYS_bind) i64 sys_bind(int fd, const void* address, u32 size);
WALI(SYS_getsockname) i64 sys_getsockname(int fd, void* address, u32* size);
WALI(SYS_setsockopt) i64 sys_setsockopt(int fd, int level, int option, const void* value, u32 size);
WALI(SYS_getsockopt) i64 sys_getsockopt(int fd, int level, int option, void* value, u32* size);
WALI(SYS_pipe) i64 sys_pipe(void* fds);

struct msghdr {
    u32 name, namelen, iov;
    i32 iovlen, pad1;
    u32 control, controllen;
    i32 pad2, flags;
};

struct control {
    u32 length, pad;
    i32 level, type, fd, rest;
};

struct iovec {
    u32 base, length;
};

static int pair[2];
static int pipe_ends[2];

static void descriptors(void) {
    static char out[] = "hello";
    static char in[8];
    struct iovec send[2] = {{(u32)out, 2}, {(u32)(out + 2), 3}};
    struct control control = {20, 0, 1, 1 /* SCM_RIGHTS */, pipe_ends[1], 0};
    const struct msghdr message = {.iov = (u32)send, .iovlen = 2, .control = (u32)&control, .controllen = 24};
    CHECK_EQUAL(sys_sendmsg(pair[0], &message, 0), 5);

    struct iovec receive[2] = {{(u32)in, 4}, {(u32)(in + 4), 4}};
    struct control got = {0};
    struct msghdr reply = {
        .iov = (u32)receive, .iovlen = 2, .control = (u32)&got, .controllen = sizeof got, .flags = -1};
    CHECK_EQUAL(sys_recvmsg(pair[1], &reply, 0), 5);
    CHECK_EQUAL(in[4], 'o');
    CHECK_EQUAL(reply.controllen, 24);
    CHECK_EQUAL(reply.flags, 0);
    CHECK_EQUAL(got.length, 20);
    CHECK(got.fd > 2);
    CHECK_EQUAL(sys_write(got.fd, "x", 1), 1);
    CHECK_EQUAL(sys_read(pipe_ends[0], in, 1), 1);
    CHECK_EQUAL(in[0], 'x');
}

static void truncation_and_names(void) {
    u8 address[16] = {2, 0, 0, 0, 127, 0, 0, 1};
    u8 from[16] = {0};
    u32 size = sizeof address;
    char byte[1];
    const int a = (int)sys_socket(2, 2, 0);
    CHECK_EQUAL(sys_bind(a, address, sizeof address), 0);
    CHECK_EQUAL(sys_getsockname(a, address, &size), 0);
    struct iovec out = {(u32) "four", 4};
    const struct msghdr message = {.name = (u32)address, .namelen = 16, .iov = (u32)&out, .iovlen = 1};
    CHECK_EQUAL(sys_sendmsg(a, &message, 0), 4);
    struct iovec in = {(u32)byte, 1};
    struct msghdr reply = {.name = (u32)from, .namelen = 64, .iov = (u32)&in, .iovlen = 1};
    CHECK_EQUAL(sys_recvmsg(a, &reply, 0), 1);
    CHECK_EQUAL(reply.namelen, 16);
    CHECK_EQUAL(reply.flags, 0x20 /* MSG_TRUNC */);
    CHECK_EQUAL(from[2] == address[2] && from[3] == address[3], 1);
    sys_close(a);
}

struct mmsghdr {
    struct msghdr head;
    u32 length;
};

#define DONTWAIT 0x40
#define WAITFORONE 0x10000

// A pair of datagram sockets: three messages go out in one call, and come in again in two.
static void several(void) {
    static char in[3][8];
    static int ends[2];
    CHECK_EQUAL(sys_socketpair(1, 2, 0, ends), 0);
    struct iovec out[4] = {{(u32) "one", 3}, {(u32) "tw", 2}, {(u32) "o", 1}, {(u32) "three", 5}};
    struct mmsghdr send[3] = {{{.iov = (u32)&out[0], .iovlen = 1}, 9},
                              {{.iov = (u32)&out[1], .iovlen = 2}, 9},
                              {{.iov = (u32)&out[3], .iovlen = 1}, 9}};
    CHECK_EQUAL(sys_sendmmsg(ends[0], send, 3, 0), 3);
    CHECK_EQUAL(send[0].length, 3);
    CHECK_EQUAL(send[1].length, 3);
    CHECK_EQUAL(send[2].length, 5);

    struct iovec rooms[3] = {{(u32)in[0], 8}, {(u32)in[1], 8}, {(u32)in[2], 2}};
    struct mmsghdr receive[3];
    for (int i = 0; i < 3; ++i) receive[i] = (struct mmsghdr){{.iov = (u32)&rooms[i], .iovlen = 1, .flags = -1}, 9};
    i64 timeout[2] = {5, 0};
    CHECK_EQUAL(sys_recvmmsg(ends[1], receive, 1, 0, timeout), 1);
    CHECK(timeout[0] < 5);  // what is left of it
    CHECK_EQUAL(receive[0].length, 3);
    CHECK_EQUAL(receive[0].head.flags, 0);
    CHECK_EQUAL(in[0][2], 'e');
    CHECK_EQUAL(receive[1].length, 9);
    CHECK_EQUAL(sys_recvmmsg(ends[1], &receive[1], 2, WAITFORONE, NULL), 2);
    CHECK_EQUAL(in[1][2], 'o');
    CHECK_EQUAL(receive[2].length, 2);
    CHECK_EQUAL(receive[2].head.flags, 0x20 /* MSG_TRUNC */);
    CHECK_EQUAL(sys_recvmmsg(ends[1], receive, 3, DONTWAIT, NULL), -11 /* EAGAIN */);

    // More than fit on the host's stack.
    static struct mmsghdr many[1200];
    for (int i = 0; i < 1200; ++i) many[i] = (struct mmsghdr){{.iov = (u32)out, .iovlen = 4}, 0};
    const i64 sent = sys_sendmmsg(ends[0], many, 1200, DONTWAIT);
    CHECK(sent > 0 && sent <= 1024);
    CHECK_EQUAL(many[sent - 1].length, 11);
    CHECK_EQUAL(many[sent].length, 0);
    static struct iovec wide[1024];
    wide[1023] = rooms[0];
    for (int i = 0; i < 2; ++i) many[i] = (struct mmsghdr){{.iov = (u32)wide, .iovlen = 1024}, 0};
    for (i64 taken = 0; taken < sent; taken += 2) sys_recvmmsg(ends[1], many, 2, DONTWAIT, NULL);
    CHECK_EQUAL(many[0].length, 8);
    CHECK_EQUAL(in[0][7], 'h');
    CHECK_EQUAL(sys_recvmmsg(ends[1], receive, 3, DONTWAIT, NULL), -11 /* EAGAIN */);

    // What is wrong with a message matters when its turn comes, and a bad descriptor comes before all.
    send[1].head.iov = 0xfffffff0u;
    CHECK_EQUAL(sys_sendmmsg(ends[0], send, 3, 0), 1);
    CHECK_EQUAL(sys_sendmmsg(ends[0], &send[1], 2, 0), -EFAULT);
    send[1].head.iovlen = 1025;
    CHECK_EQUAL(sys_sendmmsg(ends[0], &send[1], 2, 0), -90 /* EMSGSIZE */);
    CHECK_EQUAL(sys_sendmmsg(ends[0], (void*)0xfffffff0u, 1, 0), -EFAULT);
    CHECK_EQUAL(sys_sendmmsg(-1, (void*)0xfffffff0u, 1, 0), -EBADF);
    CHECK_EQUAL(sys_sendmsg(-1, (void*)0xfffffff0u, 0), -EBADF);
    CHECK_EQUAL(sys_recvmmsg(ends[1], receive, 0, 0, NULL), 0);
    timeout[1] = -1;
    CHECK_EQUAL(sys_recvmmsg(ends[1], receive, 1, 0, timeout), -EINVAL);
    sys_close(ends[0]);
    sys_close(ends[1]);
}

static void errors(void) {
    struct iovec out = {(u32) "four", 4};
    struct msghdr message = {.iov = (u32)&out, .iovlen = 1025};
    CHECK_EQUAL(sys_sendmsg(pair[0], &message, 0), -90);
    message.iovlen = -1;
    CHECK_EQUAL(sys_sendmsg(pair[0], &message, 0), -90);
    CHECK_EQUAL(sys_sendmsg(pair[0], (void*)0xfffffff0u, 0), -EFAULT);
    message.iovlen = 1;
    message.iov = 0xfffffff0u;
    CHECK_EQUAL(sys_sendmsg(pair[0], &message, 0), -EFAULT);
    // Options whose values hold host pointers.
    CHECK_EQUAL(sys_setsockopt(pair[0], 0, 64 /* IPT_SO_SET_REPLACE */, &out, 8), -92);
    CHECK_EQUAL(sys_setsockopt(pair[0], 41, 64 /* IP6T_SO_SET_REPLACE */, &out, 8), -92);
    u32 size = 8;
    CHECK_EQUAL(sys_getsockopt(pair[0], 284, 4 /* MPTCP_FULL_INFO */, &out, &size), -92);
    CHECK_EQUAL(sys_getsockopt(pair[0], 0, 80 /* SO_ORIGINAL_DST */, &out, &size), -EOPNOTSUPP);
    CHECK_EQUAL(sys_getsockopt(pair[0], 6, 35 /* TCP_ZEROCOPY_RECEIVE */, &out, &size), -92);
    int type = 0;
    size = 4;
    CHECK_EQUAL(sys_getsockopt(pair[0], 1, 3 /* SO_TYPE */, &type, &size), 0);
    CHECK_EQUAL(type, 1);
    const int on = 1;
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 16 /* SO_PASSCRED */, &on, 4), 0);
}

void test(void) {
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    CHECK_EQUAL(sys_pipe(pipe_ends), 0);
    descriptors();
    truncation_and_names();
    several();
    errors();
}
