// SPDX-License-Identifier: BSL-1.0
//
// Calls to functions of the guest's table whatever their type: thread entries and signal handlers, and what the C
// library calls for the program. As natively, a function may take fewer arguments than it is given, gets zeros if it
// takes more, and may return something or nothing.
#pragma once

#include "host.h"

struct guest_function {
    wasm_rt_funcref_t callee;
    uint32_t parameters;
    bool returns_integer;
};

// WASM_RT_TRAP_NONE, or the trap that a call would be.
wasm_rt_trap_t guest_function_at(uint32_t index, struct guest_function* found);

// Returns what the function does, or 0.
uint32_t guest_call(const struct guest_function* function, uint32_t a, uint32_t b, uint32_t c);

// What the module says about a type; NULL if it has none such.
const struct wali_signature* signature_of(wasm_rt_func_type_t type);
