/* SPDX-License-Identifier: MIT */
#include "pthread_impl.h"

/* pthread_cancel.c overrides this. */
static long no_cancellation(long r)
{
	return r;
}

weak_alias(no_cancellation, __wasm_cancel_check);
