// SPDX-License-Identifier: BSL-1.0
// strptime reads what strftime and other programs write.
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

// Whether all of the text is read.
static bool reads(const char* text, const char* format, struct tm* time) {
    memset(time, 0, sizeof *time);
    const char* const end = strptime(text, format, time);
    return end && !*end;
}

static void a_date_and_a_time(void) {
    struct tm t;
    CHECK(reads("2021-03-28T01:02:03", "%FT%T", &t));
    CHECK(t.tm_year == 121 && t.tm_mon == 2 && t.tm_mday == 28 && t.tm_hour == 1 && t.tm_min == 2 && t.tm_sec == 3);
    CHECK(reads(" 7: 8", "%k:%n%M", &t) && t.tm_hour == 7 && t.tm_min == 8);
    CHECK(reads(" 7 PM", "%l %p", &t) && t.tm_hour == 19);
    CHECK(reads("7", "%u", &t) && t.tm_wday == 0);
    CHECK(reads("3", "%u", &t) && t.tm_wday == 3);
    CHECK(!reads("8", "%u", &t));
    CHECK(reads("05", "%Od", &t) && t.tm_mday == 5);
}

static void an_offset_to_UTC(void) {
    struct tm t;
    CHECK(reads("1999-1-2 3:4:5 +0600", "%Y-%m-%d %H:%M:%S %z", &t) && t.tm_gmtoff == 6 * 3600);
    CHECK(reads("-0330", "%z", &t) && t.tm_gmtoff == -(3 * 3600 + 30 * 60));
    CHECK(reads("+05:45", "%z", &t) && t.tm_gmtoff == 5 * 3600 + 45 * 60);
    CHECK(reads("-08", "%z", &t) && t.tm_gmtoff == -8 * 3600);
    CHECK(reads("Z", "%z", &t) && t.tm_gmtoff == 0);
    CHECK(!reads("0600", "%z", &t));
    CHECK(!reads("+6", "%z", &t));
    CHECK(!reads("+0660", "%z", &t));
    CHECK(reads("12:00 CEST", "%H:%M %Z", &t) && t.tm_hour == 12);
}

static void seconds_of_the_epoch(void) {
    struct tm t;
    setenv("TZ", "UTC0", 1);
    tzset();
    CHECK(reads("1616893323", "%s", &t) && t.tm_year == 121 && t.tm_mon == 2 && t.tm_mday == 28 && t.tm_hour == 1);
    CHECK(!reads("", "%s", &t));
    CHECK(!reads("x", "%s", &t));
}

int main(void) {
    a_date_and_a_time();
    an_offset_to_UTC();
    seconds_of_the_epoch();
    if (failures == 0) puts("ok");
    return failures != 0;
}
