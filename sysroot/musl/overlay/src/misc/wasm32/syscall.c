/* SPDX-License-Identifier: BSL-1.0 */
#define _BSD_SOURCE
#include <unistd.h>
#include <stdarg.h>
#include "syscall.h"

#undef syscall

/* syscall() for numbers known only at run time: whoever links this imports every call. */
long __wali_syscall_by_number(long n, long a, long b, long c, long d, long e, long f)
{
	return __wali_syscall(n, a, b, c, d, e, f);
}

/* For pointers to syscall, and for programs that declare it on their own: each argument is taken to be as wide as the
 * call's parameter. */
long syscall(long n, ...)
{
	static const char parameters[][7] = {
#include "syscall_parameters.inc"
	};
	long x[6] = {0};
	va_list ap;
	va_start(ap, n);
	if (ap && (unsigned long)n < sizeof parameters/sizeof *parameters)
		for (int i = 0; parameters[n][i]; i++)
			x[i] = parameters[n][i] == 'l' ? va_arg(ap, long) : va_arg(ap, int);
	va_end(ap);
	return __syscall_ret(__wali_syscall_by_number(n, x[0], x[1], x[2], x[3], x[4], x[5]));
}
