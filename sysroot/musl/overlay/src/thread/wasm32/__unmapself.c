/* SPDX-License-Identifier: BSL-1.0 */
/* in thread_exit.c */
