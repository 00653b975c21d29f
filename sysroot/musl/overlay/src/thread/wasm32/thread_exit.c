/* SPDX-License-Identifier: BSL-1.0 */
#include "pthread_impl.h"

/* set_tid_address and exit (bits/wali_syscalls.h calls these for them), with what Linux does at a thread's end
 * (CLONE_CHILD_CLEARTID) done here: hosts differ in what they do with the address. */

static __thread volatile int *clear_tid;

long __wasm_set_tid_address(int address)
{
	clear_tid = (int *)address;
	return __wali_gettid();
}

/* Once the word is cleared, another thread may unmap this one's stack and thread-local storage: nothing here touches
 * them after that, all that is left lives in wasm locals. */
static _Noreturn void end(volatile int *word, int status)
{
	if (word) {
		a_store(word, 0);
		__wali_futex((int)word, FUTEX_WAKE, 1, 0, 0, 0);
	}
	for (;;) __wali_exit(status);
}

/* Of a thread that can be joined, which holds the lock of the list of threads: a joiner that is woken before that is
 * free would sleep a second time. The state changes as Linux clears the word of a thread that ends, in the call that
 * wakes: so a host can know who is as good as gone. */
_Noreturn void __wasm_thread_end(volatile int *state, volatile int *lock_waiters)
{
	volatile int *lock = clear_tid;
	a_store(lock, 0);
	if (*lock_waiters) __wake(lock, 1, 0);
	int set_exited = DT_EXITED; /* FUTEX_OP_SET is 0 */
	if (__wali_futex((int)state, FUTEX_WAKE_OP|FUTEX_PRIVATE, 1, 0, (int)state, set_exited) < 0) {
		a_store(state, DT_EXITED);
		__wake(state, 1, 1);
	}
	for (;;) __wali_exit(0);
}

long __wasm_exit(int status)
{
	end(clear_tid, status);
}

void __unmapself(void *base, size_t size)
{
	volatile int *word = clear_tid;
	__wali_munmap((int)base, size);
	end(word, 0);
}
