// SPDX-License-Identifier: BSL-1.0
// Several buffers in one call.
#include <fcntl.h>
#include <sys/uio.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(lseek, int, long, int);
DECLARE(readv, int, const struct iovec*, int);
DECLARE(writev, int, const struct iovec*, int);

static char a[4], b[8];
static struct iovec many[1025];

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
    TRY(writev, fd, out, 3);
    TRY(lseek, fd, 1, SEEK_SET);
    TRY(readv, fd, in, 2);
    show();
    TRY(readv, fd, in, 2);
    TRY(writev, fd, out, 0);
    TRY(writev, fd, NULL, 0);
    TRY(writev, fd, out, -1);
    TRY(writev, fd, BAD, 1);
    TRY(writev, fd, NULL, 1);
    TRY(writev, 99, out, 1);
    TRY(readv, fd, in, 1025);
    for (int i = 0; i < 1025; ++i) many[i] = (struct iovec){"z", 1};
    TRY(writev, fd, many, 1024);
    TRY(writev, fd, many, 1025);
    TRY(lseek, fd, 0, SEEK_CUR);
    const struct iovec negative[1] = {{a, (size_t)-1}};
    TRY(writev, fd, negative, sizeof(size_t) == 8 ? 1 : -1);
    const struct iovec half[2] = {{"ok", 2}, {BAD, 5}};
    TRY(writev, fd, half, 2);
    const struct iovec bad_first[2] = {{BAD, 5}, {"ok", 2}};
    TRY(writev, fd, bad_first, 2);
    TRY(lseek, fd, 0, SEEK_SET);
    TRY(readv, fd, bad_first, 1);
    return 0;
}
