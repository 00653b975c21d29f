/* SPDX-License-Identifier: BSL-1.0 */
#include <string.h>
#include "words.h"

static inline word word_at(const void *p)
{
	word w;
	__builtin_memcpy(&w, p, WORD);
	return w;
}

static int compare(word l, word r)
{
	if (l == r) return 0;
	int shift = 8*first_byte(l ^ r);
	return (int)(l >> shift & 255) - (int)(r >> shift & 255);
}

int memcmp(const void *vl, const void *vr, size_t n)
{
	const unsigned char *l=vl, *r=vr;
	if (n < WORD) {
		for (; n && *l == *r; n--, l++, r++);
		return n ? *l-*r : 0;
	}
	for (; n > WORD; n -= WORD, l += WORD, r += WORD) {
		int order = compare(word_at(l), word_at(r));
		if (order) return order;
	}
	/* The last word, which overlaps with the one before. */
	return compare(word_at(l+n-WORD), word_at(r+n-WORD));
}
