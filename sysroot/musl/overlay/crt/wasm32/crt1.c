/* SPDX-License-Identifier: BSL-1.0 */
#include <stdint.h>
#include "features.h"

/* The start of a program, by the protocol of WALI's C programs: __init, constructors, main, exit handlers, __deinit,
 * __proc_exit. Everything optional is a weak reference: it runs if something else linked it. */

#define IMPORT(name) __attribute__((__import_module__("wali"), __import_name__(name)))

IMPORT("__init") int __wali_init(void);
IMPORT("__deinit") int __wali_deinit(void);
IMPORT("__proc_exit") void __wali_proc_exit(int);
IMPORT("SYS_mprotect") long __wali_mprotect(int, int, int);

weak hidden void __wasm_init_main_thread(void); /* env/wasm32/__init_tls.c */
weak hidden void __wasm_init_environ(void);     /* env/wasm32/__environ.c */
weak hidden void __wasm_init_progname(void);    /* env/wasm32/__progname.c */
weak hidden void __cxa_thread_finalize(void);   /* exit/wasm32/__cxa_thread_atexit_impl.c */
weak hidden void __funcs_on_exit(void);         /* exit/atexit.c */
weak hidden void __stdio_exit(void);            /* stdio/__stdio_exit.c */

hidden void __wasm_call_ctors(void); /* made by the linker */

/* Made by the linker: where data begins, behind the stack. */
extern hidden char __global_base[];

/* C++ programs with exceptions have it (libcxxabi/uncaught.cpp). */
weak hidden int __wasm_run_or_terminate(void);

/* The compiler names main() so; for main(argc, argv), env/wasm32/__main_void.c has it. */
int __main_void(void);

#define PAGE 4096

/* So that an access through a null pointer is a fault. The page is the end of the stack, unless the program was linked
 * with its data first, or with a stack of a few KiB, which it then needs whole. On a host that refuses, all is as it
 * was. */
static void give_page_0_away(void)
{
	if ((uintptr_t)__global_base >= 4 * PAGE) __wali_mprotect(0, PAGE, 0);
}

hidden int __wasm_run(void)
{
	__wasm_call_ctors();
	int status = __main_void();
	if (__cxa_thread_finalize) __cxa_thread_finalize();
	if (__funcs_on_exit) __funcs_on_exit();
	return status;
}

__attribute__((__export_name__("_start"))) void _start(void)
{
	int status = __wali_init();
	if (!status) {
		give_page_0_away();
		if (__wasm_init_main_thread) __wasm_init_main_thread();
		if (__wasm_init_environ) __wasm_init_environ();
		if (__wasm_init_progname) __wasm_init_progname();
		status = __wasm_run_or_terminate ? __wasm_run_or_terminate() : __wasm_run();
		if (__stdio_exit) __stdio_exit();
		if (!status) status = __wali_deinit();
	}
	__wali_proc_exit(status);
}
