/* SPDX-License-Identifier: MIT */
#define _BSD_SOURCE
#include <unistd.h>
#include <stdarg.h>
#include "syscall.h"

#undef syscall

/* syscall(number, ...) for a number known only at run time would import every call there is. These are the ones that
 * programs make this way because C libraries have, or had, no function for them; all others return ENOSYS.
 * All their parameters are 32 bits wide here, and so read from the argument list as such. */
long syscall(long n, ...)
{
	va_list ap;
	va_start(ap, n);
	int a = va_arg(ap, int);
	int b = va_arg(ap, int);
	int c = va_arg(ap, int);
	int d = va_arg(ap, int);
	int e = va_arg(ap, int);
	int f = va_arg(ap, int);
	va_end(ap);

	long r;
	switch (n) {
	case SYS_futex: r = __syscall(SYS_futex, a, b, c, d, e, f); break;
	case SYS_gettid: r = __syscall(SYS_gettid); break;
	case SYS_tkill: r = __syscall(SYS_tkill, a, b); break;
	case SYS_getrandom: r = __syscall(SYS_getrandom, a, b, c); break;
	case SYS_statx: r = __syscall(SYS_statx, a, b, c, d, e); break;
	case SYS_renameat2: r = __syscall(SYS_renameat2, a, b, c, d, e); break;
	case SYS_faccessat2: r = __syscall(SYS_faccessat2, a, b, c, d); break;
	default: r = -ENOSYS;
	}
	return __syscall_ret(r);
}
