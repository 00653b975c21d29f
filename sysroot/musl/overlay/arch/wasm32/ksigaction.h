/* SPDX-License-Identifier: BSL-1.0 */
#include <features.h>

/* What crosses the WALI boundary: packed, 24 bytes. The handler is an index into the function table. */
struct k_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned mask[2];
} __attribute__((__packed__));

_Static_assert(sizeof(struct k_sigaction) == 24, "k_sigaction is part of the ABI");

hidden void __restore(void), __restore_rt(void);
