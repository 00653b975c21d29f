// SPDX-License-Identifier: BSL-1.0
// Conversions, flags and widths of strftime, GMT, a time that does not fit.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

static bool writes(const char* format, const struct tm* t, const char* text) {
    char buffer[100];
    return strftime(buffer, sizeof buffer, format, t) == strlen(text) && !strcmp(buffer, text);
}

int main(void) {
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    time_t when = 1625349600 + 7 * 3600;  // Sunday, 2021-07-04 07:00 summer time
    struct tm t;
    localtime_r(&when, &t);
    CHECK(writes("%k|%l|%P|%p", &t, " 7| 7|am|AM"));
    CHECK(writes("%^a %^B %#p %#Z", &t, "SUN JULY am cest"));
    CHECK(writes("%5d|%_5d|%-d|%6a|%06a|%_m|%12T", &t, "00004|    4|4|   Sun|000Sun| 7|    07:00:00"));
    CHECK(writes("%6Y|%_6Y", &t, "002021|  2021"));
    CHECK(writes("a%Qb%f", &t, "a%Qb%f"));
    // Members as a program sets them, without an offset.
    struct tm set = {.tm_year = 121, .tm_mon = 6, .tm_mday = 4, .tm_isdst = -1};
    CHECK(writes("%s", &set, "1625349600"));
    CHECK(writes("%b", &(struct tm){.tm_mon = 12}, "?"));
    when = 0;
    gmtime_r(&when, &t);
    CHECK(writes("%a, %d %b %Y %T %Z", &t, "Thu, 01 Jan 1970 00:00:00 GMT"));
    t = (struct tm){.tm_year = 70};
    CHECK(timegm(&t) == -86400 && !strcmp(t.tm_zone, "GMT"));
    char text[100];
    errno = 0;
    CHECK(!asctime_r(&(struct tm){.tm_year = 100000, .tm_mday = 1}, text) && errno == EOVERFLOW);
    CHECK(asctime_r(&(struct tm){.tm_mday = 1, .tm_mon = 12, .tm_wday = 7}, text) &&
          !strcmp(text, "??? ???  1 00:00:00 1900\n"));
    setenv("TZ", "JST-9", 1);
    tzset();
    CHECK(!strcmp(tzname[0], "JST") && !strcmp(tzname[1], "JST"));
    if (failures == 0) puts("ok");
    return failures != 0;
}
