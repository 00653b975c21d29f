/* SPDX-License-Identifier: BSL-1.0 */
/* The thread pointer is an ordinary thread-local variable; in the main thread it is right before any code has run. */
extern hidden __thread uintptr_t __wasm_tp;

static inline uintptr_t __get_tp()
{
	return __wasm_tp;
}
