/* SPDX-License-Identifier: BSL-1.0 */
#include "call_function.h"

__attribute__((__export_name__("__wasm_call_function"), __noinline__))
int __wasm_call_function(void *function, void *argument, int type)
{
	switch (type) {
	case FUNCTION_VOID_VOID: ((void (*)(void))function)(); return 0;
	case FUNCTION_VOID_ADDRESS: ((void (*)(void *))function)(argument); return 0;
	default: return ((int (*)(void *))function)(argument);
	}
}
