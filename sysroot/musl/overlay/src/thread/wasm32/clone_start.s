# SPDX-License-Identifier: BSL-1.0
# void __wasm_thread_start_libc(int tid, struct start *start): first code of a thread, in an instance whose globals
# still have their initial values. The host finds it through the function table, some also by its export name.

	.globaltype __stack_pointer, i32
	.globaltype __tls_base, i32
	.functype __wasm_thread_start (i32, i32) -> ()
	.hidden __wasm_thread_start

	.section .text.__wasm_thread_start_libc,"",@
	.globl __wasm_thread_start_libc
	.hidden __wasm_thread_start_libc
	.type __wasm_thread_start_libc,@function
	.export_name __wasm_thread_start_libc, __wasm_thread_start_libc
__wasm_thread_start_libc:
	.functype __wasm_thread_start_libc (i32, i32) -> ()
	local.get 1
	i32.load 0
	global.set __stack_pointer
	local.get 1
	i32.load 4
	global.set __tls_base
	local.get 0
	local.get 1
	call __wasm_thread_start
	end_function
