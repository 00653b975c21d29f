/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "pthread_impl.h"
#include "libc.h"

/* Made by the linker: the main thread's stack. */
extern hidden char __stack_low[], __stack_high[];

int pthread_getattr_np(pthread_t t, pthread_attr_t *a)
{
	*a = (pthread_attr_t){0};
	a->_a_detach = t->detach_state>=DT_DETACHED;
	a->_a_guardsize = t->guard_size;
	if (t->stack) {
		a->_a_stackaddr = (uintptr_t)t->stack;
		a->_a_stacksize = t->stack_size;
	} else {
		a->_a_stackaddr = (uintptr_t)__stack_high;
		/* Without page 0 (crt1.c). */
		a->_a_stacksize = __stack_high - __stack_low - PAGE_SIZE;
	}
	return 0;
}
