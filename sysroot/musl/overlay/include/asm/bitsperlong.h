/* SPDX-License-Identifier: BSL-1.0 */
/* Before the header of x86 in include-host, which goes by the machine. */
#ifndef __BITS_PER_LONG
#define __BITS_PER_LONG 64
#endif
