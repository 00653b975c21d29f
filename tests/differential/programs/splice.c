// SPDX-License-Identifier: BSL-1.0
// Moving bytes between descriptors inside the kernel.
#include <fcntl.h>

#include "call.h"

DECLARE(open, const char*, int, int);
DECLARE(pipe, int*);
DECLARE(pipe2, int*, int);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(lseek, int, long, int);
DECLARE(sendfile, int, int, long*, size_t);
DECLARE(splice, int, long*, int, long*, size_t, unsigned);
DECLARE(tee, int, int, size_t, unsigned);
DECLARE(copy_file_range, int, long*, int, long*, size_t, unsigned);

static char buffer[64];

// Nothing is lost between a source and a destination that takes no more.
static void full(int in) {
    int source[2], destination[2];
    TRY(pipe2, source, O_NONBLOCK);
    TRY(pipe2, destination, O_NONBLOCK);
    while (CALL(write, destination[1], buffer, sizeof buffer) > 0) continue;
    TRY(write, source[1], "precious", 8);
    TRY(sendfile, destination[1], source[0], NULL, 100);
    TRY(splice, source[0], NULL, destination[1], NULL, 100, 2 /* NONBLOCK */);
    TRY(tee, source[0], destination[1], 100, 2);
    TRY(read, source[0], buffer, sizeof buffer);
    TRY(lseek, in, 3, SEEK_SET);
    TRY(sendfile, destination[1], in, NULL, 100);
    TRY(lseek, in, 0, SEEK_CUR);
}

int main(void) {
    int a[2], b[2];
    const int in = (int)TRY(open, "in", O_RDWR | O_CREAT, 0600);
    const int out = (int)TRY(open, "out", O_RDWR | O_CREAT, 0600);
    TRY(pipe, a);
    TRY(pipe, b);
    TRY(write, in, "0123456789abcdef", 16);

    long offset = 4;
    TRY(sendfile, out, in, &offset, 5);
    SHOW(offset);
    TRY(lseek, in, 2, SEEK_SET);
    TRY(sendfile, out, in, NULL, 100);
    TRY(sendfile, a[1], in, NULL, 100);
    offset = -1;
    TRY(sendfile, out, in, &offset, 5);
    TRY(sendfile, out, in, BAD, 5);
    TRY(sendfile, out, a[0], NULL, 5);
    TRY(sendfile, 99, in, NULL, 5);
    TRY(sendfile, -1, in, NULL, 0);
    const int end = (int)TRY(open, "out", O_WRONLY | O_APPEND, 0);
    TRY(sendfile, end, in, NULL, 5);

    offset = 1;
    TRY(splice, in, &offset, a[1], NULL, 6, 0);
    SHOW(offset);
    TRY(tee, a[0], b[1], 4, 0);
    TRY(read, b[0], buffer, 64);
    SHOW_TEXT(buffer, 4);
    offset = 30;
    TRY(splice, a[0], NULL, out, &offset, 64, 0);
    SHOW(offset);
    TRY(splice, a[0], NULL, out, NULL, 1, 2 /* NONBLOCK */);
    TRY(splice, in, NULL, out, NULL, 1, 0);
    TRY(splice, in, NULL, a[1], &offset, 1, 0);
    TRY(splice, in, BAD, a[1], NULL, 1, 0);
    TRY(splice, in, NULL, a[1], NULL, 1, 0x8000);
    TRY(splice, 99, NULL, a[1], NULL, 1, 0);
    TRY(tee, a[0], a[1], 1, 0);
    TRY(tee, a[0], in, 1, 0);
    TRY(tee, a[0], b[1], 1, 2);
    TRY(tee, a[0], b[1], 1, 0x8000);

    offset = 0;
    long to = 60;
    TRY(copy_file_range, in, &offset, out, &to, 8, 0);
    SHOW(offset);
    SHOW(to);
    TRY(lseek, in, 0, SEEK_SET);
    TRY(copy_file_range, in, NULL, out, NULL, 100, 0);
    TRY(copy_file_range, in, NULL, out, NULL, 1, 8);
    TRY(copy_file_range, in, NULL, a[1], NULL, 1, 0);
    TRY(copy_file_range, in, BAD, out, NULL, 1, 0);
    offset = -5;
    TRY(copy_file_range, in, &offset, out, NULL, 1, 0);
    TRY(copy_file_range, in, NULL, end, NULL, 1, 0);
    full(in);
    return 0;
}
