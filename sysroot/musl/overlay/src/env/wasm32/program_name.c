/* SPDX-License-Identifier: BSL-1.0 */
#include <sys/mman.h>
#include "syscall.h"
#include "arguments.h"

char *__wasm_program_name(void)
{
	static char *name;
	if (name) return name;
	size_t size = __wali_argv_len(0) + 1;
	long memory = __syscall(SYS_mmap, 0, size, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (memory < 0) return "";
	if (__wali_argc()) __wali_copy_argv((char *)memory, 0);
	return name = (char *)memory;
}
