// SPDX-License-Identifier: BSL-1.0
// regexec: a part of a string, back references, words.
#define _GNU_SOURCE
#include <locale.h>
#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"

// Where the first match begins and ends; -1 and -1 without one. In the part [from, to) unless to is -1.
static regmatch_t match(const char* pattern, int flags, const char* text, int from, int to) {
    const regmatch_t none = {-1, -1};
    regex_t compiled;
    if (regcomp(&compiled, pattern, flags) != 0) return none;
    regmatch_t found = {from, to};
    const int result = regexec(&compiled, text, 1, &found, to < 0 ? 0 : REG_STARTEND);
    regfree(&compiled);
    return result == 0 ? found : none;
}

static bool matches(const char* pattern, const char* text, int begin, int end) {
    const regmatch_t found = match(pattern, 0, text, 0, -1);
    return found.rm_so == begin && found.rm_eo == end;
}

static bool matches_extended(const char* pattern, const char* text, int begin, int end) {
    const regmatch_t found = match(pattern, REG_EXTENDED, text, 0, -1);
    return found.rm_so == begin && found.rm_eo == end;
}

static bool matches_in(const char* pattern, const char* text, int from, int to, int begin, int end) {
    const regmatch_t found = match(pattern, 0, text, from, to);
    return found.rm_so == begin && found.rm_eo == end;
}

static void a_part_of_a_string(void) {
    CHECK(matches_in("b*", "abbbc", 1, 3, 1, 3));
    CHECK(matches_in("c", "abbbc", 1, 4, -1, -1));
    CHECK(matches_in("b$", "abbbc", 0, 3, 2, 3));
    // The characters before it count.
    CHECK(matches_in("^b", "abbbc", 1, 4, -1, -1));
    CHECK(matches_in("\\<b", "ab b", 1, 4, 3, 4));
    CHECK(matches_in("\\<b", "é b", 2, 4, 3, 4));
    CHECK(matches_in("\\(b\\)\\1", "abbbc", 1, 2, -1, -1));
    CHECK(matches_in("\\(b\\)\\1", "abbbc", 2, 4, 2, 4));
    CHECK(matches_in("", "abc", 3, 3, 3, 3));
    // Also one of zero.
    CHECK(matches_in("cd", "ab\0cd", 0, 5, 3, 5));
    CHECK(matches_in("d", "ab\0cd", 0, 5, 4, 5));
    CHECK(matches_in("b$", "ab\0cd", 0, 5, -1, -1));
}

static void back_references(void) {
    CHECK(matches("\\(a*\\)b\\1", "ab", 1, 2));
    CHECK(matches("\\(a*\\)b\\1a*\\>", "b ", 0, 1));
    CHECK(matches("\\(a*\\)bb*\\1", "bbcb", 0, 2));
    CHECK(matches("\\(a*\\).*\\1", "bcd", 0, 3));
    CHECK(matches("\\(ab\\)\\1\\>", "ababc abab", 6, 10));
    CHECK(matches("\\(a*\\)\\(\\1\\)*c", "aac", 0, 3));
    CHECK(matches("\\(.\\)\\1", "aéé", 1, 5));
    CHECK(matches("\\(é\\)a\\1€", "€éaé€", 3, 11));
}

static void the_leftmost(void) {
    CHECK(matches_extended("..(c*)(c*)", "babc", 0, 2));
    CHECK(matches_extended(".[ab](c*)c*", "xxbac", 1, 3));
}

// An interval is copies of what it repeats.
static void intervals_in_what_is_repeated(void) {
    CHECK(matches_extended("(b(a{2}|..?)*|.c*[ab])?", "a", 0, 0));
    CHECK(matches_extended("(c(b?b{2}a?)?|a*b*b){1,2}", "a", -1, -1));
    CHECK(matches_extended("(c(b?b{2}a?)?|a*b*b){1,2}", "xcbbab", 1, 6));
    CHECK(matches_extended("[a-z0-9_]+@([a-z]{2,4}[.]){1,3}[a-z]{2,}", "to foo@bar.co.uk", 3, 16));
}

static void words(void) {
    CHECK(matches("\\b", "  ab", 2, 2));
    CHECK(matches("\\b", "  ", -1, -1));
    CHECK(matches("a\\b", "ab a", 3, 4));
    CHECK(matches("\\B", "ab", 1, 1));
    CHECK(matches("\\B", "", 0, 0));
}

int main(void) {
    if (!setlocale(LC_ALL, "C.UTF-8")) puts("no C.UTF-8");
    a_part_of_a_string();
    back_references();
    the_leftmost();
    intervals_in_what_is_repeated();
    words();
    if (failures == 0) puts("ok");
    return failures != 0;
}
