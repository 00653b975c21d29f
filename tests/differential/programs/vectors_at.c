// SPDX-License-Identifier: BSL-1.0
// Several buffers in one call, at an offset.
#include <fcntl.h>
#include <sys/uio.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(lseek, int, long, int);
DECLARE(write, int, const void*, size_t);
DECLARE(preadv, int, const struct iovec*, unsigned long, long, long);
DECLARE(pwritev, int, const struct iovec*, unsigned long, long, long);
DECLARE(preadv2, int, const struct iovec*, unsigned long, long, long, int);
DECLARE(pwritev2, int, const struct iovec*, unsigned long, long, long, int);

static char a[4], b[8];

static void clear(void) {
    memset(a, '.', sizeof a);
    memset(b, '.', sizeof b);
}

static void show(void) {
    SHOW_TEXT(a, 4);
    SHOW_TEXT(b, 8);
    clear();
}

int main(void) {
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    const struct iovec out[3] = {{"abc", 3}, {NULL, 0}, {"defghijk", 8}};
    const struct iovec in[2] = {{a, 4}, {b, 8}};
    clear();
    TRY(write, fd, "the quick brown fox", 19);
    TRY(preadv, fd, in, 2, 2, 0);
    show();
    TRY(preadv, fd, in, 2, -1, 0);
    TRY(preadv, fd, in, 1025, 0, 0);
    TRY(preadv, 99, in, 2, 0, 0);
    TRY(pwritev, fd, out, 3, 4000, 0);
    TRY(pwritev, fd, BAD, 1, 0, 0);
    TRY(preadv2, fd, in, 2, 0, 0, 0);
    show();
    TRY(lseek, fd, 3, SEEK_SET);
    TRY(preadv2, fd, in, 1, -1, -1, 0);
    show();
    TRY(preadv2, fd, in, 1, 0, 0, 0x8000);
    TRY(pwritev2, fd, out, 1, 0, 0, 0x10 /* RWF_APPEND */);
    TRY(pwritev2, fd, out, 1, -1, -1, 2 /* RWF_DSYNC */);
    TRY(pwritev2, fd, out, 1, 0, 0, 0x8000);
    TRY(lseek, fd, 0, SEEK_CUR);
    return 0;
}
