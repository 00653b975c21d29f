/* SPDX-License-Identifier: BSL-1.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include "pthread_impl.h"

/* __wasm_thread_start_libc (clone_start.s) reads the first two; hosts pass the address through as it is. */
struct start {
	void *stack;
	void *tls_base;
	int (*func)(void *);
	void *arg;
	pid_t *parent_tid;
	int *child_tid;
};

__attribute__((__import_module__("wali"), __import_name__("__wasm_thread_spawn")))
int __wali_thread_spawn(void (*)(int, void *), void *);

hidden void __wasm_thread_start_libc(int, void *);
hidden void __wasm_thread_start(int, struct start *);

/* C++ programs with exceptions have it (libcxxabi/uncaught.cpp). */
weak hidden int __wasm_call_or_terminate(int (*)(void *), void *);

void __wasm_thread_start(int tid, struct start *start)
{
	/* The parent stores it too; whoever comes second changes nothing. */
	*start->parent_tid = tid;
	__wasm_set_tid_address(start->child_tid);
	__wasm_thread_exit(__wasm_call_or_terminate ? __wasm_call_or_terminate(start->func, start->arg)
		: start->func(start->arg));
}

static int spawn(int (*func)(void *), void *stack, void *arg, pid_t *parent_tid, struct pthread *td, int *child_tid)
{
	struct start *start = (void *)(((uintptr_t)stack - sizeof *start) & -16);
	*start = (struct start){
		.stack = start, .tls_base = td->dtv, .func = func, .arg = arg, .parent_tid = parent_tid, .child_tid = child_tid,
	};
	int tid = __wali_thread_spawn(__wasm_thread_start_libc, start);
	if (tid <= 0) return -EAGAIN;
	*parent_tid = tid;
	return tid;
}

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
	if (flags & CLONE_THREAD) {
		va_list ap;
		va_start(ap, arg);
		pid_t *parent_tid = va_arg(ap, pid_t *);
		struct pthread *td = va_arg(ap, struct pthread *);
		int *child_tid = va_arg(ap, int *);
		va_end(ap);
		return spawn(func, stack, arg, parent_tid, td, child_tid);
	}

	/* A new process: a copy of this one instead of one that shares its memory. That is what posix_spawn, popen and system
	 * need (their child reports through a pipe); flags that ask for more than a vfork cannot be met. */
	if (flags & ~(CLONE_VM|CLONE_VFORK|0xff)) return -ENOSYS;
	int pid = __syscall(SYS_fork);
	if (!pid) _Exit(func(arg));
	return pid;
}
