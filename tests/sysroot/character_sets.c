// SPDX-License-Identifier: BSL-1.0
// Suffixes of the names of character sets, characters that the target lacks, byte order marks.
#define _GNU_SOURCE
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"

static char out[200];
static size_t written, left;

// The result of one conversion, 'errno' for a failure as a negative number.
static long convert(const char* to, const char* from, const char* text, size_t size) {
    iconv_t cd = iconv_open(to, from);
    if (cd == (iconv_t)-1) return -1000;
    char *in = (char*)text, *end = out;
    size_t room = sizeof out;
    left = size;
    errno = 0;
    const size_t result = iconv(cd, &in, &left, &end, &room);
    const int error = errno;
    written = (size_t)(end - out);
    iconv_close(cd);
    return result == (size_t)-1 ? -(long)error : (long)result;
}

static bool gives(const char* text, size_t size) { return written == size && !memcmp(out, text, size); }

int main(void) {
    CHECK(convert("ASCII", "UTF-8", "a\u2014b", 5) == -EILSEQ && gives("a", 1) && left == 4);
    CHECK(convert("ISO-8859-1", "UTF-8", "\u20ac", 3) == -EILSEQ && left == 3);
    CHECK(convert("ASCII//TRANSLIT", "UTF-8", "a\u20acb", 5) == 1 && gives("aEURb", 5));
    CHECK(convert("ascii//translit", "UTF-8", "\u4e00", 3) == 1 && gives("?", 1));
    CHECK(convert("ASCII//IGNORE", "UTF-8", "a\u4e00b", 5) == -EILSEQ && gives("ab", 2) && left == 0);
    CHECK(convert("UTF-8//", "UTF-8", "ab", 2) == 0 && gives("ab", 2));
    CHECK(convert("UTF-8//TRANSLIT", "ISO-8859-1", "\xe9", 1) == 0 && gives("\u00e9", 2));
    CHECK(convert("UTF-8", "ANSI_X3.4-1968", "a", 1) == 0);
    CHECK(convert("UTF-16", "UTF-8", "a", 1) == 0 && gives("\xff\xfe"
                                                           "a\0",
                                                           4));
    CHECK(convert("UTF-32", "UTF-8", "a", 1) == 0 && gives("\xff\xfe\0\0"
                                                           "a\0\0\0",
                                                           8));
    CHECK(convert("UCS-4", "UTF-8", "a", 1) == 0 && gives("\0\0\0a", 4));
    CHECK(convert("UTF-8", "UTF-16", "a\0", 2) == 0 && gives("a", 1));
    CHECK(convert("UTF-8", "UTF-16", "\xfe\xff\0a", 4) == 0 && gives("a", 1));
    CHECK(convert("UCS-2LE", "UTF-8", "\U0001f600", 4) == -EILSEQ);
    // Bytes outside of the tables.
    CHECK(convert("UTF-8", "SHIFT_JIS", "\xef\xfc", 2) == -EILSEQ);
    CHECK(convert("UTF-8", "GB18030", "\x90\x30\x81\x30", 4) == 0 && gives("\U00010000", 4));
    CHECK(convert("UTF-8", "GB18030", "\xfe\x39\xfe\x39", 4) == -EILSEQ);
    CHECK(convert("UTF-8", "EUC-KR", "\xc8\x41", 2) == -EILSEQ);
    if (failures == 0) puts("ok");
    return failures != 0;
}
