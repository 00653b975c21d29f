/* SPDX-License-Identifier: MIT */
#include <sys/auxv.h>
#include <errno.h>
#include <signal.h>
#include "../../env/wasm32/arguments.h"
#include "libc.h"
#include "syscall.h"

/* There is no auxiliary vector: what a program can ask for is made when it asks. */

static unsigned long random_bytes(void)
{
	static unsigned char bytes[16];
	static int done;
	if (!done) {
		if (__syscall(SYS_getrandom, bytes, sizeof bytes, 0) != sizeof bytes) return 0;
		done = 1;
	}
	return (uintptr_t)bytes;
}

unsigned long __getauxval(unsigned long item)
{
	switch (item) {
	case AT_HWCAP: case AT_HWCAP2: return 0;
	case AT_PLATFORM: return (uintptr_t)"wasm32";
	case AT_EXECFN: return (uintptr_t)__wasm_program_name();
	case AT_MINSIGSTKSZ: return MINSIGSTKSZ;
	case AT_SECURE: return libc.secure;
	case AT_RANDOM: return random_bytes();
	case AT_UID: return __syscall(SYS_getuid);
	case AT_EUID: return __syscall(SYS_geteuid);
	case AT_GID: return __syscall(SYS_getgid);
	case AT_EGID: return __syscall(SYS_getegid);
	}
	for (size_t *aux = libc.auxv; *aux; aux += 2)
		if (*aux == item) return aux[1];
	errno = ENOENT;
	return 0;
}

weak_alias(__getauxval, getauxval);
