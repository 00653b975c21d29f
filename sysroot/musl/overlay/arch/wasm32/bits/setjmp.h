/* SPDX-License-Identifier: BSL-1.0 */
/* As large as in other WALI C libraries; setjmp uses 16 bytes of it. */
typedef unsigned long __jmp_buf[26];
