/* SPDX-License-Identifier: BSL-1.0 */
#include "arguments.h"

/* The host is asked for the name by programs that name one of these: crt1.c refers to __wasm_init_progname weakly. */

char *__progname = "", *__progname_full = "";

weak_alias(__progname, program_invocation_short_name);
weak_alias(__progname_full, program_invocation_name);

hidden void __wasm_init_progname(void)
{
	char *name = __wasm_program_name();
	__progname = __progname_full = name;
	for (; *name; name++)
		if (*name == '/') __progname = name + 1;
}
