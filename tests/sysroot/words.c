// SPDX-License-Identifier: BSL-1.0
// wordexp: what is a word, what is refused.
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

#include "check.h"

static bool expands(const char* text, int flags, size_t count, const char* first) {
    wordexp_t words;
    if (wordexp(text, &words, flags) != 0) return false;
    const bool right = words.we_wordc == count && strcmp(words.we_wordv[0], first) == 0;
    wordfree(&words);
    return right;
}

static int error_of(const char* text, int flags) {
    wordexp_t words;
    const int error = wordexp(text, &words, flags);
    if (error == 0) wordfree(&words);
    return error;
}

static void no_words(void) {
    const char* const texts[] = {"a;b", "a|b", "a&b", "a<b", "a>b", "(a)", "a)", "{a}", "a\nb"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) {
        CHECK(error_of(texts[i], 0) == WRDE_BADCHAR);
        CHECK(error_of(texts[i], WRDE_NOCMD) == WRDE_BADCHAR);
    }
}

// "$$" is a number, and no brace after it opens a variable.
static void a_process_number(void) {
    CHECK(error_of("$${a;b}", WRDE_NOCMD) == WRDE_BADCHAR);
    CHECK(error_of("$$(a)", WRDE_NOCMD) == WRDE_BADCHAR);
    CHECK(error_of("$$", WRDE_NOCMD) == 0);
}

static void quoted(void) {
    CHECK(expands("'a;b' \"c|d\"", 0, 2, "a;b"));
    CHECK(expands("a\\;b", 0, 1, "a;b"));
    CHECK(expands("'a;b'", WRDE_NOCMD, 1, "a;b"));
}

static void variables(void) {
    setenv("WORD", "one two", 1);
    CHECK(expands("$WORD", 0, 2, "one"));
    CHECK(expands("${WORD}", 0, 2, "one"));
    CHECK(expands("\"${WORD}\" x", WRDE_NOCMD, 2, "one two"));
    CHECK(expands("${NONE:-a}", WRDE_NOCMD, 1, "a"));
    CHECK(expands("$((1 + (2 * 3)))", WRDE_NOCMD, 1, "7"));
}

static void commands(void) {
    CHECK(expands("$(echo a; echo b) c", 0, 3, "a"));
    CHECK(expands("`echo a; echo b`", 0, 2, "a"));
    CHECK(error_of("$(echo a)", WRDE_NOCMD) == WRDE_CMDSUB);
    CHECK(error_of("\"`echo a`\"", WRDE_NOCMD) == WRDE_CMDSUB);
    CHECK(error_of("${NONE:-$(echo a)}", WRDE_NOCMD) == WRDE_CMDSUB);
}

int main(void) {
    no_words();
    a_process_number();
    quoted();
    variables();
    commands();
    if (failures == 0) puts("ok");
    return failures != 0;
}
