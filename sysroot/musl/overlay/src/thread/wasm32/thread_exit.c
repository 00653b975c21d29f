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

/* Of a thread that can be joined, which holds the lock of the list of threads: a joiner that is woken before that is
 * free would sleep a second time. */
void __wasm_thread_end(volatile int *state, volatile int *lock_waiters)
{
	volatile int *lock = clear_tid;
	a_store(state, DT_EXITED);
	a_store(lock, 0);
	if (*lock_waiters) __wake(lock, 1, 0);
	__wake(state, 1, 1);
	for (;;) __wali_syscall(SYS_exit, 0, 0, 0, 0, 0, 0);
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
