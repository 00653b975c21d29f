// SPDX-License-Identifier: BSL-1.0
//
// The runtime interface that wabt's C writer expects, in our own form: memory at a constant address, guard pages
// instead of bounds checks, state per thread. Names and meanings are the C writer's (wabt 1.0.36); the host library
// implements the functions in runtime/host/.
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define wasm_rt_memcpy __builtin_memcpy
#define wasm_rt_unreachable __builtin_unreachable

// Says that a value is still needed, so that its register holds it until here.
#define WALI_KEEP(value) __asm__("" ::"r"(value))

// Numbers in memory, at any address: what the quick translation reads and writes (runtime/aot/fold.cpp).
#define WALI_DEFINE_IN_MEMORY(name, number) typedef volatile number name __attribute__((aligned(1)))
WALI_DEFINE_IN_MEMORY(wali_u8, uint8_t);
WALI_DEFINE_IN_MEMORY(wali_s8, int8_t);
WALI_DEFINE_IN_MEMORY(wali_u16, uint16_t);
WALI_DEFINE_IN_MEMORY(wali_s16, int16_t);
WALI_DEFINE_IN_MEMORY(wali_u32, uint32_t);
WALI_DEFINE_IN_MEMORY(wali_s32, int32_t);
WALI_DEFINE_IN_MEMORY(wali_u64, uint64_t);
WALI_DEFINE_IN_MEMORY(wali_f32, float);
WALI_DEFINE_IN_MEMORY(wali_f64, double);

// Bits as a floating-point number that the compiler does not know: GCC takes a constant signaling NaN for greater than
// or equal to another constant.
#define WALI_DEFINE_REINTERPRET(name, bits, number)     \
    static inline number name(bits value) {             \
        number result;                                  \
        wasm_rt_memcpy(&result, &value, sizeof result); \
        __asm__("" : "+x"(result));                     \
        return result;                                  \
    }

// What the generated C may ask about its environment.
#define WASM_RT_C11_AVAILABLE 1
#define WASM_RT_THREAD_LOCAL _Thread_local
#if defined(WALI_SOURCE_LINES) && defined(__clang__)
#define WASM_RT_NO_RETURN _Noreturn __attribute__((nomerge))  // one call for several traps has no line
#else
#define WASM_RT_NO_RETURN _Noreturn
#endif
#define WASM_RT_MEMCHECK_GUARD_PAGES 1
#define WASM_RT_STACK_DEPTH_COUNT 0  // the native stack's guard page catches overflow
#define WASM_RT_ALLOW_SEGUE 0        // a constant base address is faster than a segment register
#define WASM_RT_SANITY_CHECKS 0

typedef enum {
    WASM_RT_TRAP_NONE,
    WASM_RT_TRAP_OOB,
    WASM_RT_TRAP_INT_OVERFLOW,
    WASM_RT_TRAP_DIV_BY_ZERO,
    WASM_RT_TRAP_INVALID_CONVERSION,
    WASM_RT_TRAP_UNREACHABLE,
    WASM_RT_TRAP_CALL_INDIRECT,
    WASM_RT_TRAP_UNCAUGHT_EXCEPTION,
    WASM_RT_TRAP_UNALIGNED,
    WASM_RT_TRAP_EXHAUSTION,
    // Ours, not the C writer's:
    WASM_RT_TRAP_WAIT_UNSHARED,
    WASM_RT_TRAP_LONGJMP,
    WASM_RT_TRAP_MAPPED_FILE,
    WASM_RT_TRAP_NULL_POINTER,
    WASM_RT_TRAP_CALL_TYPE,
    WASM_RT_TRAP_COUNT,
} wasm_rt_trap_t;

typedef enum {
    WASM_RT_I32,
    WASM_RT_I64,
    WASM_RT_F32,
    WASM_RT_F64,
    WASM_RT_V128,
    WASM_RT_FUNCREF,
    WASM_RT_EXTERNREF,
} wasm_rt_type_t;

typedef void (*wasm_rt_function_ptr_t)(void);

typedef struct wasm_rt_tailcallee_t {
    void (*fn)(void** instance_ptr, void* tail_call_stack, struct wasm_rt_tailcallee_t* next);
} wasm_rt_tailcallee_t;

typedef const char* wasm_rt_func_type_t;  // 32 bytes: SHA-256 of the signature

typedef struct {
    wasm_rt_func_type_t func_type;
    wasm_rt_function_ptr_t func;
    wasm_rt_tailcallee_t func_tailcallee;
    void* module_instance;
} wasm_rt_funcref_t;

#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){NULL, NULL, {NULL}, NULL})

typedef void* wasm_rt_externref_t;

#define wasm_rt_externref_null_value ((wasm_rt_externref_t){NULL})

// The one linear memory of the process; every instance (one per thread) points to it.
// `size` is the whole address range that memory may ever cover, because mapped files and anonymous maps lie above
// `pages`. What is not mapped in between faults, and the fault becomes the trap.
typedef struct {
    uint8_t* data;
    uint64_t pages;      // of 64 KiB, as memory.size reports
    uint64_t max_pages;  // memory.grow's limit
    uint64_t size;       // bytes
    bool is64;
} wasm_rt_memory_t;

// wali-aot patches accesses to a constant base, so that shared and unshared memory differ only in the access itself.
typedef wasm_rt_memory_t wasm_rt_shared_memory_t;

typedef struct {
    wasm_rt_funcref_t* data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_funcref_table_t;

typedef struct {
    wasm_rt_externref_t* data;
    uint32_t max_size;
    uint32_t size;
} wasm_rt_externref_table_t;

static inline bool wasm_rt_is_initialized(void) { return true; }

WASM_RT_NO_RETURN void wasm_rt_trap(wasm_rt_trap_t trap) __attribute__((cold));

// Ours: the element of a table (NULL: beyond its end) is no function of the type that a call asks for.
WASM_RT_NO_RETURN void wasm_rt_trap_call(const wasm_rt_funcref_t* callee, wasm_rt_func_type_t type)
    __attribute__((cold));

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint64_t pages);
#define wasm_rt_grow_memory_shared wasm_rt_grow_memory

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t elements, uint32_t max_elements);
void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table);
uint32_t wasm_rt_grow_funcref_table(wasm_rt_funcref_table_t* table, uint32_t delta, wasm_rt_funcref_t init);
void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t* table, uint32_t elements, uint32_t max_elements);
void wasm_rt_free_externref_table(wasm_rt_externref_table_t* table);
uint32_t wasm_rt_grow_externref_table(wasm_rt_externref_table_t* table, uint32_t delta, wasm_rt_externref_t init);

// Exceptions. _setjmp, because saving the signal mask would cost a system call per try block.
typedef struct {
    jmp_buf buffer;
} wasm_rt_jmp_buf;

#define wasm_rt_try(target) _setjmp((target).buffer)
