/* SPDX-License-Identifier: BSL-1.0 */
/* in setjmp/wasm32/setjmp.c */
