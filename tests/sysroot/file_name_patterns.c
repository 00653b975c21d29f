// SPDX-License-Identifier: BSL-1.0
// fnmatch: bracket expressions, backslashes, patterns that are no UTF-8.
#define _GNU_SOURCE
#include <fnmatch.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>

#include "check.h"

static bool matches(const char* pattern, const char* text, int flags) { return fnmatch(pattern, text, flags) == 0; }

static void backslashes_in_brackets(void) {
    CHECK(matches("[\\]]", "]", 0));
    CHECK(!matches("[\\]]", "\\", 0));
    CHECK(matches("[\\]]", "\\]", FNM_NOESCAPE));
    CHECK(matches("[!\\]a]x", "bx", 0));
    CHECK(!matches("[!\\]a]x", "]x", 0));
    CHECK(matches("*[\\[-\\]]", "a\\", 0));
    CHECK(matches("[a\\-z]", "-", 0));
    CHECK(!matches("[a\\-z]", "m", 0));
}

static void members_with_names(void) {
    CHECK(matches("[[.a.]]", "a", 0));
    CHECK(matches("[[.].]x]", "]", 0));
    CHECK(matches("[[.-.]x]", "-", 0));
    CHECK(matches("[[.a.]-c]", "b", 0));
    CHECK(matches("[[=a=]]", "a", 0));
    CHECK(!matches("[![=a=]]", "a", 0));
    CHECK(matches("[[:digit:][.a.]]", "7", 0));
    CHECK(!matches("[[.ab.]]", "a", 0));
}

static void as_before(void) {
    CHECK(matches("[]a]", "]", 0));
    CHECK(matches("[!]a]", "b", 0));
    CHECK(matches("[a-]", "-", 0));
    CHECK(matches("[-a]", "-", 0));
    CHECK(matches("[ab", "[ab", 0));
    CHECK(matches("[A-C]*.TXT", "bcd.txt", FNM_CASEFOLD));
    CHECK(matches("*/[!x]", "a/b", FNM_PATHNAME));
    CHECK(matches("[é-ë]", "ê", 0));
}

// It did not return.
static void a_pattern_that_is_no_utf8(void) {
    CHECK(!matches("\xff*", "x", FNM_PATHNAME));
    CHECK(!matches("a\xc3/*", "a/x", FNM_PATHNAME));
}

int main(void) {
    if (!setlocale(LC_ALL, "C.UTF-8")) puts("no C.UTF-8");
    backslashes_in_brackets();
    members_with_names();
    as_before();
    a_pattern_that_is_no_utf8();
    if (failures == 0) puts("ok");
    return failures != 0;
}
