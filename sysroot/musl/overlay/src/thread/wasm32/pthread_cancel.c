/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <string.h>
#include "pthread_impl.h"
#include "syscall.h"

hidden long __cancel(void);

long __cancel(void)
{
	pthread_t self = __pthread_self();
	if (self->canceldisable == PTHREAD_CANCEL_ENABLE || self->cancelasync)
		pthread_exit(PTHREAD_CANCELED);
	self->canceldisable = PTHREAD_CANCEL_DISABLE;
	return -ECANCELED;
}

/* Before and after a blocking call: r, or the end of the thread, or -ECANCELED where cancellation is masked. */
long __wasm_cancel_check(long r)
{
	pthread_t self = __pthread_self();
	if (self->cancel && self->canceldisable != PTHREAD_CANCEL_DISABLE) return __cancel();
	return r;
}

void __testcancel()
{
	pthread_t self = __pthread_self();
	if (self->cancel && !self->canceldisable) __cancel();
}

static void cancel_handler(int sig)
{
	pthread_t self = __pthread_self();
	a_barrier();
	if (self->cancel && self->cancelasync && self->canceldisable != PTHREAD_CANCEL_DISABLE) __cancel();
}

int pthread_cancel(pthread_t t)
{
	static int init;
	if (!init) {
		/* Without SA_RESTART: the interrupted call has to return. */
		struct sigaction sa = { .sa_flags = SA_ONSTACK, .sa_handler = cancel_handler };
		memset(&sa.sa_mask, -1, _NSIG/8);
		__libc_sigaction(SIGCANCEL, &sa, 0);
		init = 1;
	}
	a_store(&t->cancel, 1);
	if (t == pthread_self()) {
		if (t->canceldisable == PTHREAD_CANCEL_ENABLE && t->cancelasync) pthread_exit(PTHREAD_CANCELED);
		return 0;
	}
	return pthread_kill(t, SIGCANCEL);
}
