/* SPDX-License-Identifier: BSL-1.0 */
#include <sys/mman.h>
#include "syscall.h"
#include "arguments.h"

/* main(argc, argv): fetches the arguments. */

IMPORT("__proc_exit") void __wali_proc_exit(int);

#define STARTUP_FAILED 257
#define ON_STACK_MAX 65536

int __main_argc_argv(int, char **);

int __main_void(void)
{
	unsigned argc = __wali_argc();
	size_t size = (argc + 1) * sizeof(char *);
	for (unsigned i = 0; i < argc; i++) size += __wali_argv_len(i) + 1;

	char **argv;
	if (size <= ON_STACK_MAX) {
		argv = __builtin_alloca(size);
	} else {
		long r = __syscall(SYS_mmap, 0, size, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
		if (r < 0) {
			__wali_proc_exit(STARTUP_FAILED);
			__builtin_trap();
		}
		argv = (char **)r;
	}

	char *text = (char *)(argv + argc + 1);
	for (unsigned i = 0; i < argc; i++) {
		unsigned length = __wali_argv_len(i);
		argv[i] = text;
		__wali_copy_argv(text, i);
		text[length] = 0;
		text += length + 1;
	}
	argv[argc] = 0;
	return __main_argc_argv(argc, argv);
}
