/* SPDX-License-Identifier: BSL-1.0 */
/* <unistd.h>: syscall() with arguments of any integer or pointer type. */
#include <bits/wali_syscalls.h>

long __syscall_ret(unsigned long);
long __wali_syscall_by_number(long, long, long, long, long, long, long);

#ifdef __cplusplus
#define __LONG(x) long x = 0
#else
#define __LONG(x) long x
#endif

/* A number that the compiler knows becomes the import of that call alone; the function imports all of them. */
static __inline __attribute__((__always_inline__))
long __wali_syscall_or_errno(long n, __LONG(a), __LONG(b), __LONG(c), __LONG(d), __LONG(e), __LONG(f))
{
	return __syscall_ret(__builtin_constant_p(n) ? __wali_syscall(n, a, b, c, d, e, f)
		: __wali_syscall_by_number(n, a, b, c, d, e, f));
}

#undef __LONG

#ifdef __cplusplus
extern "C++" {
template <class __N, class... __A>
inline __attribute__((__always_inline__)) long syscall(__N __n, __A... __a)
{
	return __wali_syscall_or_errno((long)__n, (long)__a...);
}
}
#else
#define syscall(...) __WALI_SYSCALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define __WALI_SYSCALL(n, a, b, c, d, e, f, ...) \
	__wali_syscall_or_errno(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#endif
