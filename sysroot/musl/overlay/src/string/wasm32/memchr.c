/* SPDX-License-Identifier: BSL-1.0 */
#include <string.h>
#include "words.h"

void *memchr(const void *s, int c, size_t n)
{
	const word each = EACH_BYTE((unsigned char)c);
	const word *w = word_of(s);
	if (!n) return 0;
	/* Counted from the word's beginning; bytes above the address space's end are none. */
	size_t skip = (uintptr_t)s % WORD, end = n + skip < n ? -1 : n + skip;
	word found = zero_bytes(*w ^ each | bytes_before(s));
	for (; !found; found = zero_bytes(*w ^ each)) {
		if (end <= WORD) return 0;
		w++;
		end -= WORD;
	}
	return first_byte(found) < end ? (char *)w + first_byte(found) : 0;
}
