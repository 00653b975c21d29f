/* SPDX-License-Identifier: BSL-1.0 */
/* None of POSIX's programming environments has 64-bit long with 32-bit pointers. */
