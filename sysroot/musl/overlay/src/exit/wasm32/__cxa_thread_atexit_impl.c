/* SPDX-License-Identifier: BSL-1.0 */
#include <stdlib.h>
#include "features.h"

/* The destructors of a thread's C++ objects. Its end and exit() run them, the last first, before all else: libc++abi
 * alone could run the main thread's only between exit handlers. */

struct destructor {
	void (*destroy)(void *);
	void *object;
	struct destructor *next;
};

static _Thread_local struct destructor *first;

int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso)
{
	struct destructor *d = malloc(sizeof *d);
	if (!d) return -1;
	*d = (struct destructor){destroy, object, first};
	first = d;
	return 0;
}

void __cxa_thread_finalize(void)
{
	for (struct destructor *d; (d = first); free(d)) {
		first = d->next;
		d->destroy(d->object);
	}
}
