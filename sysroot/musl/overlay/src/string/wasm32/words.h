/* SPDX-License-Identifier: BSL-1.0 */
/* Strings are read in aligned words of 8 bytes, which never reach into another page; a size_t has only 4 here. */
#include <stdint.h>

typedef uint64_t __attribute__((__may_alias__)) word;

#define WORD sizeof(word)
#define EACH_BYTE(byte) ((word)-1/255*(byte))

/* The word that holds this byte, and a mask of the bytes before it. */
static inline const word *word_of(const void *p)
{
	return (const void *)((uintptr_t)p & -WORD);
}

static inline word bytes_before(const void *p)
{
	return ((word)1 << 8*((uintptr_t)p % WORD)) - 1;
}

/* Not 0 if a byte is 0; the lowest bit is in the first of these. */
static inline word zero_bytes(word w)
{
	return w - EACH_BYTE(1) & ~w & EACH_BYTE(0x80);
}

/* Where the lowest bit is, as a number of bytes. */
static inline int first_byte(word bits)
{
	return __builtin_ctzll(bits) / 8;
}
