// SPDX-License-Identifier: BSL-1.0
//
// What the C writer's output runs on: instances and calls of their functions, traps, exceptions, jumps, native stacks.
#pragma once

#include "memory/memory.h"

extern _Thread_local void* current_instance;

// --- traps ---

// What a trap is called, and the signal that the same mistake would be natively.
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

// --- calls to functions of the guest's table whatever their type ---
//
// Thread entries and signal handlers, and what the C library calls for the program. As natively, a function may take
// fewer arguments than it is given, gets zeros if it takes more, and may return something or nothing.

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

// --- exceptions ---

struct exception_state {
    const void* tag;
    uint32_t size;
    unsigned char values[128];
};

void exception_save(struct exception_state* state);
void exception_restore(const struct exception_state* state);

// --- what ends when a jump leaves it: handlers of signals, and functions that call setjmp; a list per thread ---

struct wali_frame* frame_innermost(void);
void frame_begin(struct wali_frame* frame, uint64_t activation);
void frame_end(const struct wali_frame* frame);
void frames_end_below(struct wali_frame* frame);

// Before a jump to the stack frame at `destination`: ends what lies below it.
void frames_left(uintptr_t destination);

// --- the native stacks of a thread ---
//
// In one mapping; from low to high a guard, the stack on which faults and the guest's handlers of them are handled, a
// guard, and the stack of the guest's functions. Their size is not the user's limit, as code that is compiled quickly
// has frames up to four times as large; only what was used takes memory.

// Each frame touches every page that it passes (-fstack-clash-protection), and what the kernel puts on a stack for a
// handler is smaller than a guard.
#define STACK_GUARD (64UL << 10)
#define STACK_HANDLERS (8UL << 20)
#define STACK_SIZE (32UL << 20)  // of the guest's functions
#define STACK_LOW (STACK_GUARD + STACK_HANDLERS + STACK_GUARD)
#define STACK_MAPPING (STACK_LOW + STACK_SIZE)

uint64_t stack_make(void);  // the mapping's address, or an error
void stack_free(uint64_t mapping);

// The calling thread's from now on.
void stack_use(uint64_t mapping);

// Gives back the memory of the calling thread's stacks, but for what is in use.
void stack_trim(void);

// Calls the function on the stack that ends at `top`.
void stack_call(void (*function)(void), uint64_t top);

// Whether a fault shows that the guest's functions have used up their stack. The address is not known where the kernel
// could not begin a handler there.
bool stack_is_exhausted(bool address_known, uint64_t address, uint64_t stack_pointer);

// Whether something of the calling thread's stacks is gone when the frame at `destination` runs again.
bool frame_is_left(const void* frame, uintptr_t destination);
