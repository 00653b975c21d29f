/* SPDX-License-Identifier: BSL-1.0 */
#include <features.h>

/* The arguments, as the host has them. */
#define IMPORT(name) __attribute__((__import_module__("wali"), __import_name__(name)))

IMPORT("__cl_get_argc") unsigned __wali_argc(void);
IMPORT("__cl_get_argv_len") unsigned __wali_argv_len(unsigned);
IMPORT("__cl_copy_argv") int __wali_copy_argv(char *, unsigned);

/* The first of them, or "" if there is none. */
hidden char *__wasm_program_name(void);
