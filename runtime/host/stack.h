// SPDX-License-Identifier: BSL-1.0
//
// The native stacks of a thread, in one mapping; from low to high a guard, the stack on which faults and the guest's
// handlers of them are handled, a guard, and the stack of the guest's functions. Their size is not the user's limit, as
// code that is compiled quickly has frames up to four times as large; only what was used takes memory.
#pragma once

#include <stdbool.h>
#include <stdint.h>

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

// Calls the function on the stack that ends at `top`: stack_call.S.
void stack_call(void (*function)(void), uint64_t top);

// Whether a fault shows that the guest's functions have used up their stack. The address is not known where the kernel
// could not begin a handler there.
bool stack_is_exhausted(bool address_known, uint64_t address, uint64_t stack_pointer);

// Whether something of the calling thread's stacks is gone when the frame at `destination` runs again.
bool frame_is_left(const void* frame, uintptr_t destination);
