// SPDX-License-Identifier: BSL-1.0
#include <string.h>

#include "base.h"

void append_number(char* text, uint64_t number) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    text += strlen(text);
    while (count > 0) *text++ = digits[--count];
    *text = '\0';
}
