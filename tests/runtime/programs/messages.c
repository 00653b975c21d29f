// SPDX-License-Identifier: BSL-1.0
// sendmsg and recvmsg: translation of the header, what is written back, descriptors in control data.
#include "program.h"

WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_sendmsg) i64 sys_sendmsg(int fd, const void* message, int flags);
WALI(SYS_recvmsg) i64 sys_recvmsg(int fd, void* message, int flags);
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
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 26 /* SO_ATTACH_FILTER */, &out, 8), -92);
    u32 size = 8;
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
    errors();
}
