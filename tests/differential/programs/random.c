// SPDX-License-Identifier: BSL-1.0
// Random bytes.
#include "call.h"

DECLARE(getrandom, void*, size_t, unsigned);

int main(void) {
    unsigned char a[256], b[256];
    memset(a, 0, sizeof a);
    TRY(getrandom, a, 256, 0);
    TRY(getrandom, b, 256, 1 /* NONBLOCK */);
    SHOW(memcmp(a, b, 256) != 0);
    TRY(getrandom, a, 0, 0);
    TRY(getrandom, a, 4, 4 /* INSECURE */);
    TRY(getrandom, a, 4, 6);
    TRY(getrandom, a, 4, 0x8000);
    TRY(getrandom, BAD, 4, 0);
    return 0;
}
