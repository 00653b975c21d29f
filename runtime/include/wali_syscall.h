// SPDX-License-Identifier: BSL-1.0
//
// The crossing: where linear memory lies, and what a call passes to the kernel.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct w2c_wali;  // the C writer's name for "the module that wali.* is imported from"; carries nothing

#define WALI_INLINE static inline __attribute__((always_inline, unused))

#include "call_numbers.h"
#include "wali_instruction.h"

// The time that the host spends in the kernel, in the library for programs under walirun --stats (host/observer).
#ifdef WALI_OBSERVED
#include "wali_ticks.h"
extern _Thread_local uint64_t wali_kernel_ticks;
#define WALI_IN_KERNEL(call)                            \
    __extension__({                                     \
        const uint64_t wali_begun = wali_ticks();       \
        const __typeof__(call) wali_result = (call);    \
        wali_kernel_ticks += wali_ticks() - wali_begun; \
        wali_result;                                    \
    })
#define wali_syscall0(...) WALI_IN_KERNEL(wali_syscall0(__VA_ARGS__))
#define wali_syscall1(...) WALI_IN_KERNEL(wali_syscall1(__VA_ARGS__))
#define wali_syscall2(...) WALI_IN_KERNEL(wali_syscall2(__VA_ARGS__))
#define wali_syscall3(...) WALI_IN_KERNEL(wali_syscall3(__VA_ARGS__))
#define wali_syscall4(...) WALI_IN_KERNEL(wali_syscall4(__VA_ARGS__))
#define wali_syscall5(...) WALI_IN_KERNEL(wali_syscall5(__VA_ARGS__))
#define wali_syscall6(...) WALI_IN_KERNEL(wali_syscall6(__VA_ARGS__))
#else
#define WALI_IN_KERNEL(call) (call)
#endif

// Low enough that base + offset is one addressing mode with a 32-bit displacement. Position-independent executables,
// their heap, stack and libraries lie far above, so nothing else is placed here.
#ifndef WALI_MEMORY_BASE
#define WALI_MEMORY_BASE 0x40000000UL
#endif

// Every address that generated code can form: 4 GiB of index + 4 GiB of constant offset + the widest access.
#define WALI_MEMORY_RESERVATION ((8UL << 30) + (64UL << 10))

// A guest address as the kernel shall see it. NULL stays NULL; everything else lies inside the reservation, where what
// is not mapped faults, so the kernel answers -EFAULT by itself.
WALI_INLINE uint64_t wali_pointer(uint32_t address) { return address == 0 ? 0 : WALI_MEMORY_BASE + address; }

// The other way: what the kernel answers with, as the guest shall see it.
WALI_INLINE uint32_t wali_address(uint64_t pointer) {
    return pointer == 0 ? 0 : (uint32_t)(pointer - WALI_MEMORY_BASE);
}

WALI_INLINE uint64_t wali_error(int error) { return (uint64_t)-(int64_t)error; }
