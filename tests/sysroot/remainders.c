// SPDX-License-Identifier: BSL-1.0
// Remainders of long doubles that need more than 49 bits.
#define _GNU_SOURCE
#include <math.h>

#include "check.h"

int main(void) {
    volatile long double large = 0x1p63L + 5;  // 7 * 1317624576693539402 - 1
    CHECK(remainderl(large, 7) == -1);
    CHECK(remainderl(-large, 7) == 1);
    CHECK(fmodl(large, 7) == 6);
    int quotient = 0;
    CHECK(remquol(large, 7, &quotient) == -1 && (quotient & 7) == (1317624576693539402 & 7));
    CHECK(remainderl(7, large) == 7);
    CHECK(remainderl(2 * large, large) == 0);
    if (failures == 0) puts("ok");
    return failures != 0;
}
