/* SPDX-License-Identifier: BSL-1.0 */
/* The thread pointer is a thread-local variable: env/wasm32/__init_tls.c */
