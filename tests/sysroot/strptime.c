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

static void numbers_after_blanks(void) {
    struct tm t;
    CHECK(reads("3/ 5/2021", "%m/%e/%Y", &t) && t.tm_mon == 2 && t.tm_mday == 5);
    CHECK(reads("2021- 3- 5", "%Y-%m-%d", &t) && t.tm_mon == 2 && t.tm_mday == 5);
}

static void a_half_of_the_day(void) {
    struct tm t;
    CHECK(reads("12:30 AM", "%I:%M %p", &t) && t.tm_hour == 0);
    CHECK(reads("12:30 PM", "%I:%M %p", &t) && t.tm_hour == 12);
    CHECK(reads("PM 07", "%p %I", &t) && t.tm_hour == 19);
    CHECK(reads("12", "%I", &t) && t.tm_hour == 0);
    CHECK(reads("11:05:06 pm", "%r", &t) && t.tm_hour == 23);
}

static bool is(const struct tm* t, int year, int month, int day, int weekday, int day_of_year) {
    return t->tm_year == year - 1900 && t->tm_mon == month - 1 && t->tm_mday == day && t->tm_wday == weekday &&
           t->tm_yday == day_of_year;
}

static void what_follows_from_a_date(void) {
    struct tm t;
    CHECK(reads("2021-03-28", "%Y-%m-%d", &t) && is(&t, 2021, 3, 28, 0, 86));
    CHECK(reads("2024-12-31", "%F", &t) && is(&t, 2024, 12, 31, 2, 365));
    CHECK(reads("29 Feb 2000", "%d %b %Y", &t) && is(&t, 2000, 2, 29, 2, 59));
    CHECK(reads("12/31/69", "%D", &t) && is(&t, 1969, 12, 31, 3, 364));
    CHECK(reads("Sun Mar 28 01:02:03 2021", "%c", &t) && is(&t, 2021, 3, 28, 0, 86));
    // What the text says stays, even where it is wrong.
    CHECK(reads("Mon 2021-03-28", "%a %F", &t) && t.tm_wday == 1 && t.tm_yday == 86);
    // A time is no date.
    memset(&t, 0, sizeof t);
    t.tm_wday = 5;
    t.tm_yday = 200;
    CHECK(strptime("01:02:03", "%T", &t) && t.tm_wday == 5 && t.tm_yday == 200);
}

static void a_date_from_a_day_of_the_year(void) {
    struct tm t;
    CHECK(reads("2024 060", "%Y %j", &t) && is(&t, 2024, 2, 29, 4, 59));
    CHECK(reads("2023 060", "%Y %j", &t) && is(&t, 2023, 3, 1, 3, 59));
    CHECK(reads("2024 366", "%Y %j", &t) && is(&t, 2024, 12, 31, 2, 365));
}

static void a_date_from_a_week(void) {
    struct tm t;
    CHECK(reads("2021 13 0", "%Y %U %w", &t) && is(&t, 2021, 3, 28, 0, 86));
    CHECK(reads("2021 12 7", "%Y %W %u", &t) && is(&t, 2021, 3, 28, 0, 86));
    CHECK(reads("2024 01 Mon", "%Y %W %a", &t) && is(&t, 2024, 1, 1, 1, 0));
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
    numbers_after_blanks();
    a_half_of_the_day();
    what_follows_from_a_date();
    a_date_from_a_day_of_the_year();
    a_date_from_a_week();
    an_offset_to_UTC();
    seconds_of_the_epoch();
    if (failures == 0) puts("ok");
    return failures != 0;
}
