/* SPDX-License-Identifier: BSL-1.0 */
#include <string.h>
#include "words.h"

size_t strlen(const char *s)
{
	const word *w = word_of(s);
	word zeros = zero_bytes(*w | bytes_before(s));
	while (!zeros) zeros = zero_bytes(*++w);
	return (const char *)w + first_byte(zeros) - s;
}
