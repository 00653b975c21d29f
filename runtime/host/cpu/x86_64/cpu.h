// SPDX-License-Identifier: BSL-1.0
//
// What the host does with registers: those that a signal has interrupted, and those of a call.
#pragma once

#include <stdint.h>
#include <ucontext.h>

static inline uintptr_t cpu_instruction(const ucontext_t* interrupted) {
    return (uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP];
}

static inline uintptr_t cpu_stack_pointer(const ucontext_t* interrupted) {
    return (uintptr_t)interrupted->uc_mcontext.gregs[REG_RSP];
}

static inline void cpu_continue_at(ucontext_t* interrupted, uintptr_t instruction) {
    interrupted->uc_mcontext.gregs[REG_RIP] = (greg_t)instruction;
}

// Where the kernel returns to from a handler: signal_return.S.
void cpu_signal_return(void);

// Calls the function on the stack that ends at `top`: stack_call.S.
void cpu_stack_call(void (*function)(void), uint64_t top);

#define CPU_MAX_PARAMETERS 12

// A function finds its first arguments in registers, by kind, and others on the stack; it leaves alone what it does not
// take. So these are zeros in all places that CPU_MAX_PARAMETERS parameters can have.
typedef uint32_t cpu_function(void* instance, uint64_t a, uint64_t b, uint64_t c, uint64_t, uint64_t, double, double,
                              double, double, double, double, double, double, uint64_t, uint64_t, uint64_t, uint64_t,
                              uint64_t, uint64_t, uint64_t, uint64_t);

static inline uint32_t cpu_call(void (*function)(void), void* instance, uint32_t a, uint32_t b, uint32_t c) {
    cpu_function* const call = (cpu_function*)function;
    return call(instance, a, b, c, 0, 0, 0., 0., 0., 0., 0., 0., 0., 0., 0, 0, 0, 0, 0, 0, 0, 0);
}
