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
	__wasm_set_tid_address((int)start->child_tid);
	__wasm_exit(__wasm_call_or_terminate ? __wasm_call_or_terminate(start->func, start->arg)
		: start->func(start->arg));
}

/* Programs that call clone have it (src/linux/clone.c). */
weak hidden int __wasm_clone_process(int, pid_t *, int *);

static int spawn(int (*func)(void *), void *stack, void *arg, pid_t *parent_tid, struct pthread *td, int *child_tid)
{
	struct start *start = (void *)(((uintptr_t)stack - sizeof *start) & -16);
	*start = (struct start){
		.stack = start, .tls_base = td->dtv, .func = func, .arg = arg, .parent_tid = parent_tid, .child_tid = child_tid,
	};
	/* The new thread begins with them blocked, until pthread_create's start sets its mask: a handler, be it that of
	 * pthread_cancel or setuid, needs the stack and the thread pointer, which its first instructions set. */
	sigset_t signals;
	__block_all_sigs(&signals);
	int tid = __wali_thread_spawn(__wasm_thread_start_libc, start);
	__restore_sigs(&signals);
	if (tid <= 0) return -EAGAIN;
	*parent_tid = tid;
	return tid;
}

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
	va_list ap;
	va_start(ap, arg);
	pid_t *parent_tid = 0;
	struct pthread *td = 0;
	int *child_tid = 0;
	if (ap) {
		parent_tid = va_arg(ap, pid_t *);
		td = va_arg(ap, struct pthread *);
		child_tid = va_arg(ap, int *);
	}
	va_end(ap);
	if (flags & CLONE_THREAD) return spawn(func, stack, arg, parent_tid, td, child_tid);

	/* A new process: a copy of this one, on its copy of this stack. Where it would share the memory until it executes a
	 * program, as for posix_spawn, popen and system (their child reports through a pipe), a copy will do, too. */
	int pid;
	if (!__wasm_clone_process) pid = __syscall(SYS_fork);
	else if ((flags & (CLONE_VM|CLONE_VFORK)) == CLONE_VM) pid = -ENOSYS;
	else pid = __wasm_clone_process(flags & ~CLONE_VM, parent_tid, child_tid);
	if (!pid) _Exit(func(arg));
	return pid;
}
