/* SPDX-License-Identifier: BSL-1.0 */
#undef __WORDSIZE
#define __WORDSIZE 32
