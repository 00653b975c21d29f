// SPDX-License-Identifier: BSL-1.0
//
// The crossing: where linear memory lies, and the bare `syscall` instruction.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct w2c_wali;  // the C writer's name for "the module that wali.* is imported from"; carries nothing

#define WALI_INLINE static inline __attribute__((always_inline, unused))

// Low enough that base + offset is one addressing mode with a 32-bit displacement. Position-independent executables,
// their heap, stack and libraries lie far above, so nothing else is placed here.
#ifndef WALI_MEMORY_BASE
#define WALI_MEMORY_BASE 0x40000000UL
#endif

// Every address that generated code can form: 4 GiB of index + 4 GiB of constant offset + the widest access.
#define WALI_MEMORY_RESERVATION ((8UL << 30) + (64UL << 10))

#define WALI_ENOSYS 38

// A guest address as the kernel shall see it. NULL stays NULL; everything else lies inside the reservation, where what
// is not mapped faults, so the kernel answers -EFAULT by itself.
WALI_INLINE uint64_t wali_pointer(uint32_t address) { return address == 0 ? 0 : WALI_MEMORY_BASE + address; }

// The other way: what the kernel answers with, as the guest shall see it.
WALI_INLINE uint32_t wali_address(uint64_t pointer) {
    return pointer == 0 ? 0 : (uint32_t)(pointer - WALI_MEMORY_BASE);
}

WALI_INLINE uint64_t wali_error(int error) { return (uint64_t)-(int64_t)error; }

WALI_INLINE uint64_t wali_syscall0(uint64_t number) {
    uint64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall1(uint64_t number, uint64_t a) {
    uint64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a) : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall2(uint64_t number, uint64_t a, uint64_t b) {
    uint64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall3(uint64_t number, uint64_t a, uint64_t b, uint64_t c) {
    uint64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall4(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    uint64_t result;
    register uint64_t r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall5(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
    uint64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

WALI_INLINE uint64_t wali_syscall6(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                                   uint64_t f) {
    uint64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
