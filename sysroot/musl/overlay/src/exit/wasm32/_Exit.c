/* SPDX-License-Identifier: BSL-1.0 */
#include <stdlib.h>
#include "syscall.h"

_Noreturn void _Exit(int ec)
{
	__syscall(SYS_exit_group, ec);
	__builtin_trap();
}
