/* SPDX-License-Identifier: BSL-1.0 */
#include <sys/mman.h>
#include "pthread_impl.h"

/* Stacks of threads that were joined, for the next ones: mapping and unmapping cost three calls, a fault per page, and
 * the processors' translations. Each is kept as the thread that it belonged to, which lies in it and knows its size. */

static volatile int kept[8];

void *__wasm_stack_take(size_t size, size_t guard)
{
	for (int i = 0; i < sizeof kept/sizeof *kept; i++) {
		pthread_t t = (pthread_t)a_swap(&kept[i], 0);
		if (!t) continue;
		if (t->map_size == size && t->guard_size == guard) return t->map_base;
		__munmap(t->map_base, t->map_size);
	}
	return 0;
}

void __wasm_stack_give(pthread_t t)
{
	if (t->guard_size && t->map_size <= 2*DEFAULT_STACK_SIZE)
		for (int i = 0; i < sizeof kept/sizeof *kept; i++)
			if (!a_cas(&kept[i], 0, (int)t)) return;
	__munmap(t->map_base, t->map_size);
}
