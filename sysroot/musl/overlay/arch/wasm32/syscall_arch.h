/* SPDX-License-Identifier: BSL-1.0 */
/* A system call is a typed import from the module "wali". Call numbers are constants in nearly all of libc, so the
 * switch in bits/wali_syscalls.h, inlined everywhere, folds to one import per call. setxid.c, whose number varies, has
 * its own list. */

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

#include <bits/wali_syscalls.h>
#include "avoided_syscalls.h"

/* As on x86-64: commands of System V IPC have no version bit. */
#define IPC_64 0

/* Where upstream's specification lacks a call but has its successor, generic code shall use that. */
#undef SYS_renameat
#undef SYS_lchown
#undef SYS_pause

static __inline __attribute__((__always_inline__))
long __wasm_syscall(long n, long a, long b, long c, long d, long e, long f)
{
	return __wali_avoided(n) ? -ENOSYS : __wali_syscall(n, a, b, c, d, e, f);
}

#define __WASM_SYSCALL static __inline __attribute__((__always_inline__)) long

__WASM_SYSCALL __syscall0(long n)
{
	return __wasm_syscall(n, 0, 0, 0, 0, 0, 0);
}

__WASM_SYSCALL __syscall1(long n, long a)
{
	return __wasm_syscall(n, a, 0, 0, 0, 0, 0);
}

__WASM_SYSCALL __syscall2(long n, long a, long b)
{
	return __wasm_syscall(n, a, b, 0, 0, 0, 0);
}

__WASM_SYSCALL __syscall3(long n, long a, long b, long c)
{
	return __wasm_syscall(n, a, b, c, 0, 0, 0);
}

__WASM_SYSCALL __syscall4(long n, long a, long b, long c, long d)
{
	return __wasm_syscall(n, a, b, c, d, 0, 0);
}

__WASM_SYSCALL __syscall5(long n, long a, long b, long c, long d, long e)
{
	return __wasm_syscall(n, a, b, c, d, e, 0);
}

__WASM_SYSCALL __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	return __wasm_syscall(n, a, b, c, d, e, f);
}

/* Cancellation points. The signal that cancels a thread makes its blocking call return EINTR; there is no program
 * counter to look at, so a signal that arrives between the first check and the call is seen when the call ends. */
hidden long __wasm_cancel_check(long);

__WASM_SYSCALL __wasm_syscall_cp(long n, long a, long b, long c, long d, long e, long f)
{
	long r;
	if (n != SYS_close && (r = __wasm_cancel_check(0))) return r;
	r = __wasm_syscall(n, a, b, c, d, e, f);
	return n != SYS_close && r == -EINTR ? __wasm_cancel_check(r) : r;
}
