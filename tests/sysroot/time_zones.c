// SPDX-License-Identifier: BSL-1.0
// What TZ says.
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static bool is(const char* zone, time_t when, int hour, int summer) {
    setenv("TZ", zone, 1);
    tzset();
    struct tm t;
    return localtime_r(&when, &t) && t.tm_hour == hour && t.tm_isdst == summer;
}

int main(void) {
    const time_t january = 1610712000, july = 1626350400;  // of 2021, the 15th, 12:00 UTC
    CHECK(is("UTC0", january, 12, 0));
    CHECK(is("CET-1CEST,M3.5.0,M10.5.0/3", january, 13, 0));
    CHECK(is("CET-1CEST,M3.5.0,M10.5.0/3", july, 14, 1));
    // Without a rule, that of the United States.
    CHECK(is("EST5EDT", january, 7, 0));
    CHECK(is("EST5EDT", july, 8, 1));
    CHECK(is("ABC3DEF", january, 9, 0));
    CHECK(is("ABC3DEF1", july, 11, 1));
    if (failures == 0) puts("ok");
    return failures != 0;
}
