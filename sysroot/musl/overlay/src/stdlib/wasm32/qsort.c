/* SPDX-License-Identifier: BSL-1.0 */
/* A merge sort, which makes a third of the comparisons of musl's smoothsort and keeps the order of equal elements, as
   programs know it from glibc. The elements are in their array, in some order, whenever one is compared: a comparison
   may throw or jump. Without memory for a copy, smoothsort it is. */
#define _BSD_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void smoothsort(void *, size_t, size_t, int (*)(const void *, const void *, void *), void *);
#define __qsort_r smoothsort
#pragma push_macro("weak_alias")
#undef weak_alias
#define weak_alias(old, new)
#include "../qsort.c"
#pragma pop_macro("weak_alias")
#undef __qsort_r

struct sorting {
	size_t width;
	cmpfun cmp;
	void *arg;
	unsigned char *copy;
};

/* Pointers and integers without a call. */
static inline void copy_element(unsigned char *to, const unsigned char *from, size_t width)
{
	if (width == 4) memcpy(to, from, 4);
	else if (width == 8) memcpy(to, from, 8);
	else memcpy(to, from, width);
}

static void merge_sort(const struct sorting *s, unsigned char *base, size_t n)
{
	if (n < 2) return;
	size_t lefts = n / 2, rights = n - lefts, width = s->width;
	unsigned char *left = base, *right = base + lefts * width, *to = s->copy;
	merge_sort(s, left, lefts);
	merge_sort(s, right, rights);
	if (s->cmp(right - width, right, s->arg) <= 0) return;
	while (lefts && rights) {
		if (s->cmp(left, right, s->arg) <= 0) {
			copy_element(to, left, width);
			left += width;
			lefts--;
		} else {
			copy_element(to, right, width);
			right += width;
			rights--;
		}
		to += width;
	}
	memcpy(to, left, lefts * width);
	memcpy(base, s->copy, (n - rights) * width);
}

void __qsort_r(void *base, size_t nel, size_t width, cmpfun cmp, void *arg)
{
	unsigned char small[1024];
	struct sorting s = { width, cmp, arg, small };
	size_t size;
	int e = errno;

	if (__builtin_mul_overflow(nel, width, &size)) s.copy = 0;
	else if (size > sizeof small) s.copy = malloc(size);
	errno = e;
	if (!s.copy) {
		smoothsort(base, nel, width, cmp, arg);
		return;
	}
	merge_sort(&s, base, nel);
	if (s.copy != small) free(s.copy);
}

weak_alias(__qsort_r, qsort_r);
