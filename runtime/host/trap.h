// SPDX-License-Identifier: BSL-1.0
//
// What a trap is called, and the signal that the same mistake would be natively.
#pragma once

#include <stdint.h>

#include "wasm-rt.h"

struct trap {
    const char* text;
    uint8_t signal;
    uint8_t code;  // of its siginfo, for the signals that a processor raises
};

extern const struct trap traps[WASM_RT_TRAP_COUNT];

// "walirun: trap: TEXT in function NAME at FILE:LINE, called by NAME at FILE:LINE, ...", then the program ends by the
// signal.
_Noreturn void trap_end(wasm_rt_trap_t trap);

// The same for a call; if the function has another type, the text is "...: NAME is TYPE, called as TYPE in ...".
_Noreturn void trap_end_call(wasm_rt_trap_t trap, const wasm_rt_funcref_t* callee, const char* called_as);
