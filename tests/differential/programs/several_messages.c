// SPDX-License-Identifier: BSL-1.0
// sendmmsg and recvmmsg: several messages in one call.
#include <sys/socket.h>
#include <time.h>

#include "call.h"

DECLARE(socketpair, int, int, int, int*);
DECLARE(sendmmsg, int, struct mmsghdr*, unsigned, unsigned);
DECLARE(recvmmsg, int, struct mmsghdr*, unsigned, unsigned, struct timespec*);

static char buffers[4][8];

int main(void) {
    int pair[2];
    TRY(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
    struct iovec out[3] = {{"one", 3}, {"fourth", 6}, {BAD, 5}}, in[4];
    struct mmsghdr messages[4];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 3; ++i) {
        messages[i].msg_hdr.msg_iov = out + i;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    TRY(sendmmsg, pair[0], messages, 2, 0);
    SHOW(messages[0].msg_len);
    SHOW(messages[1].msg_len);
    TRY(sendmmsg, pair[0], messages, 3, 0);
    TRY(sendmmsg, pair[0], messages + 2, 1, 0);
    TRY(sendmmsg, pair[0], messages, 0, 0);
    TRY(sendmmsg, pair[0], BAD, 1, 0);
    TRY(sendmmsg, 99, messages, 1, 0);
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 4; ++i) {
        in[i] = (struct iovec){buffers[i], 5};
        messages[i].msg_hdr.msg_iov = in + i;
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_flags = -1;
    }
    struct timespec later = {100, 0}, wrong = {0, -1};
    TRY(recvmmsg, pair[1], messages, 3, 0, NULL);
    for (int i = 0; i < 3; ++i) {
        SHOW(messages[i].msg_len);
        SHOW(messages[i].msg_hdr.msg_flags);
        SHOW_TEXT(buffers[i], 5);
    }
    TRY(recvmmsg, pair[1], messages, 4, MSG_WAITFORONE, &later);
    SHOW(later.tv_sec == 99 || later.tv_sec == 100);
    TRY(recvmmsg, pair[1], messages, 4, MSG_DONTWAIT, NULL);
    TRY(recvmmsg, pair[1], messages, 4, MSG_DONTWAIT, &wrong);
    TRY(recvmmsg, pair[1], messages, 4, 0, BAD);
    TRY(recvmmsg, pair[1], BAD, 1, 0, NULL);
    TRY(recvmmsg, 99, messages, 4, 0, NULL);
    return 0;
}
