/* SPDX-License-Identifier: BSL-1.0 */
#include <signal.h>
#include <stddef.h>
#include "pthread_impl.h"
#include "libc.h"

/* A thread's memory: its struct pthread, then its copy of the module's thread-local variables. One of them is the
 * thread pointer. The linker lays the main thread's copy out statically and initialises it before any code runs. */

volatile int __thread_list_lock;

static struct pthread main_thread;
hidden __thread uintptr_t __wasm_tp = (uintptr_t)&main_thread;

/* Made by the linker: fills a block with the initial values and makes it this thread's. */
hidden void __wasm_init_tls(void *);

static size_t tls_align(void)
{
	size_t align = __builtin_wasm_tls_align();
	return align < _Alignof(struct pthread) ? _Alignof(struct pthread) : align;
}

static size_t tls_offset(void)
{
	return (sizeof(struct pthread) + tls_align() - 1) & -tls_align();
}

/* Made by the linker: the main thread's stack. */
extern hidden char __stack_low[], __stack_high[];

/* What wali.cfg says with -z stack-size. Who says otherwise says it for all threads. */
#define USUAL_STACK_SIZE (8<<20)

/* Called by _start in programs that use the thread pointer. */
hidden void __wasm_init_main_thread(void)
{
	pthread_t td = &main_thread;
	td->self = td;
	td->dtv = __builtin_wasm_tls_base();
	td->detach_state = DT_JOINABLE;
	td->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
	td->locale = &libc.global_locale;
	td->robust_list.head = &td->robust_list.head;
	td->next = td->prev = td;
	libc.can_do_threads = 1;
	if (__stack_high - __stack_low != USUAL_STACK_SIZE) __default_stacksize = __stack_high - __stack_low;
	libc.tls_size = tls_offset() + __builtin_wasm_tls_size() + tls_align();
}

/* While the linker's function fills the block, it is this thread's: a handler would find no thread pointer, or the main
 * thread's, so that no signal may come, not even the C library's own. */
void *__copy_tls(unsigned char *mem)
{
	sigset_t set;
	void *own = __builtin_wasm_tls_base();
	ptrdiff_t tp = (char *)&__wasm_tp - (char *)own;
	mem += -(uintptr_t)mem & (tls_align() - 1);
	pthread_t td = (pthread_t)mem;
	unsigned char *tls = mem + tls_offset();

	__block_all_sigs(&set);
	__wasm_init_tls(tls);
	__asm__ __volatile__ (
		".globaltype __tls_base, i32\n"
		"local.get %0\n"
		"global.set __tls_base"
		: : "r"(own) : "memory");
	__restore_sigs(&set);

	td->dtv = (uintptr_t *)tls;
	*(uintptr_t *)(tls + tp) = (uintptr_t)td;
	return td;
}
