/* SPDX-License-Identifier: BSL-1.0 */
#include <features.h>

/* What libc takes a program's function for. */
enum { FUNCTION_VOID_VOID, FUNCTION_VOID_ADDRESS, FUNCTION_ADDRESS_ADDRESS };

/* Calls a function that the program passed, perhaps after a conversion from another type: WebAssembly traps where the
 * types differ, a host that knows this function (by its exported name) gives the callee what it takes. */
hidden int __wasm_call_function(void *function, void *argument, int type);
