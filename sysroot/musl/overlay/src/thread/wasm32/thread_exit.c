/* SPDX-License-Identifier: BSL-1.0 */
#include "pthread_impl.h"

/* set_tid_address and exit, with what Linux does at a thread's end (CLONE_CHILD_CLEARTID) done here. */

static __thread volatile int *clear_tid;

long __wasm_set_tid_address(int *address)
{
	clear_tid = address;
	return __wali_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* Once the word is cleared, another thread may unmap this one's stack and thread-local storage: nothing here touches
 * them after that, all that is left lives in wasm locals. */
static _Noreturn void end(volatile int *word, int status)
{
	if (word) {
		a_store(word, 0);
		__wali_syscall(SYS_futex, (long)word, FUTEX_WAKE, 1, 0, 0, 0);
	}
	for (;;) __wali_syscall(SYS_exit, status, 0, 0, 0, 0, 0);
}

void __wasm_thread_exit(int status)
{
	end(clear_tid, status);
}

void __unmapself(void *base, size_t size)
{
	volatile int *word = clear_tid;
	__wali_syscall(SYS_munmap, (long)base, size, 0, 0, 0, 0);
	end(word, 0);
}
