/* SPDX-License-Identifier: BSL-1.0 */
#include <string.h>
#include "words.h"

char *__strchrnul(const char *s, int c)
{
	const word *w = word_of(s), before = bytes_before(s), each = EACH_BYTE((unsigned char)c);
	word found = zero_bytes(*w | before) | zero_bytes(*w ^ each | before);
	while (!found) {
		w++;
		found = zero_bytes(*w) | zero_bytes(*w ^ each);
	}
	return (char *)w + first_byte(found);
}

weak_alias(__strchrnul, strchrnul);
