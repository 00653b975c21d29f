// SPDX-License-Identifier: BSL-1.0
// A program's own buffers into a pipe.
#include <fcntl.h>
#include <sys/uio.h>

#include "call.h"

DECLARE(pipe, int*);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(vmsplice, int, const struct iovec*, unsigned long, unsigned);

static char buffer[64];

int main(void) {
    int ends[2];
    TRY(pipe, ends);
    const struct iovec pieces[2] = {{"vm", 2}, {"splice", 6}};
    TRY(vmsplice, ends[1], pieces, 2, 0);
    TRY(vmsplice, ends[1], pieces, 1025, 0);
    TRY(vmsplice, ends[1], BAD, 1, 0);
    TRY(vmsplice, 0, pieces, 2, 0);
    TRY(vmsplice, ends[1], pieces, 2, 0x8000);
    memset(buffer, 0, sizeof buffer);
    TRY(write, ends[1], "!", 1);
    TRY(read, ends[0], buffer, 64);
    SHOW_TEXT(buffer, 9);
    const struct iovec into = {buffer, 4};
    TRY(write, ends[1], "back", 4);
    TRY(vmsplice, ends[0], &into, 1, 0);
    SHOW_TEXT(buffer, 4);
    return 0;
}
