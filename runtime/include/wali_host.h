// SPDX-License-Identifier: BSL-1.0
//
// Everything that generated C may call, force-included into each of its files, so that plain system calls inline.
// Functions are named as the C writer names imports of module "wali"; wali-aot renames the imports that are no system
// call to these plain names (see runtime/aot/imports.cpp).
#pragma once

#include "syscalls.h"
#include "wasm-rt.h"

// The memory that every instance imports.
wasm_rt_memory_t* w2c_wali_memory(struct w2c_wali* host);

// Whether a bulk instruction may touch a range that does not end below memory.size, because all of it is mapped. One
// of length 0 must begin or end at something that is. runtime/host/memory/linear_memory.c.
bool wali_is_mapped(uint64_t address, uint64_t size);

// The same for a range of any length. A short one has at most two pages, so its first and last byte tell for the price
// of two loads: where one is missing, the load faults before anything has changed.
static inline bool wali_is_there(uint64_t address, uint64_t size) {
    const volatile uint8_t* const first = (const volatile uint8_t*)(WALI_MEMORY_BASE + address);
    if (size - 1 >= 4096) return wali_is_mapped(address, size);
    (void)first[0];
    (void)first[size - 1];
    return true;
}

// seccomp: runtime/host/filters/seccomp.c. Each import of a system call begins with WALI_FILTER. As long as no filter
// was installed, that is a look at one word.
extern uint32_t wali_filtered __attribute__((visibility("hidden")));
__attribute__((cold)) bool wali_call_refused(uint32_t number, const uint64_t arguments[6], uint64_t* result);

#define WALI_FILTER(number, ...)                                                                           \
    if (__builtin_expect(__atomic_load_n(&wali_filtered, __ATOMIC_RELAXED), 0)) {                          \
        uint64_t wali_result;                                                                              \
        if (wali_call_refused(number, (const uint64_t[6]){__VA_ARGS__}, &wali_result)) return wali_result; \
    }

// What the C writer does not write: runtime/host/threads/futex.c.
uint32_t w2c_wali_atomicwait32(struct w2c_wali* host, uint32_t address, uint32_t expected, uint64_t timeout,
                               uint32_t offset);
uint32_t w2c_wali_atomicwait64(struct w2c_wali* host, uint32_t address, uint64_t expected, uint64_t timeout,
                               uint32_t offset);
uint32_t w2c_wali_atomicnotify(struct w2c_wali* host, uint32_t address, uint32_t count, uint32_t offset);

// In place of the C library's __wasm_call_function: runtime/host/engine/guest_call.c.
uint32_t w2c_wali_callfunction(struct w2c_wali* host, uint32_t index, uint32_t argument, uint32_t type);

WALI_INLINE void w2c_wali_atomicfence(struct w2c_wali* host) {
    (void)host;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

// The imports that start and end a program: runtime/host/processes/program.c.
uint32_t w2c_wali_init(struct w2c_wali* host);
uint32_t w2c_wali_deinit(struct w2c_wali* host);
void w2c_wali_procexit(struct w2c_wali* host, uint32_t status);
uint32_t w2c_wali_argc(struct w2c_wali* host);
uint32_t w2c_wali_argvlen(struct w2c_wali* host, uint32_t index);
uint32_t w2c_wali_copyargv(struct w2c_wali* host, uint32_t buffer, uint32_t index);
uint32_t w2c_wali_envfile(struct w2c_wali* host, uint32_t buffer, uint32_t size);
uint32_t w2c_wali_threadspawn(struct w2c_wali* host, uint32_t function, uint32_t argument);
uint32_t w2c_wali_setjmp(struct w2c_wali* host, uint32_t buffer);
uint32_t w2c_wali_sigsetjmp(struct w2c_wali* host, uint32_t buffer, uint32_t save);
void w2c_wali_longjmp(struct w2c_wali* host, uint32_t buffer, uint32_t value);

// What a function that calls setjmp or sigsetjmp has: runtime/host/engine/setjmp.c.
struct wali_jump_site {
    jmp_buf context;
    volatile bool armed;  // context is complete
};

// What runs on a thread's stack and ends when a jump leaves it: runtime/host/engine/frames.c.
struct wali_frame {
    struct wali_frame* outer;
    uint64_t activation;  // of a function that calls setjmp; 0: a handler
};

struct wali_jump_frame {
    struct wali_frame frame;
    struct wali_jump_site* sites;  // one per call
    uint32_t count;
};

void wali_jump_enter(struct wali_jump_frame* frame, struct wali_jump_site* sites, uint32_t count);
void wali_jump_leave(struct wali_jump_frame* frame);
void wali_jump_arm(struct wali_jump_frame* frame, uint32_t site, uint32_t buffer, uint32_t save_mask);

// A type of functions, for what a signature says more than the C writer's hash of it.
struct wali_signature {
    char type[33];  // what wasm_rt_func_type_t points to
    const char* text;
    uint32_t parameters;
    uint32_t results;
    bool only_numbers;  // no vector or reference among either
};

// What wali-aot writes about the module, as the host library sees it.
struct wali_guest {
    size_t instance_size;
    uint64_t pages;  // of memory at the start
    uint64_t max_pages;
    bool shared;
    void (*instantiate)(void* instance, struct w2c_wali* host);
    void (*start)(void* instance);  // _start
    void (*free)(void* instance);   // what instantiate has allocated
    wasm_rt_funcref_t (*element)(void* instance,
                                 uint32_t index);  // of the first table of functions, or null; NULL without one
    uint32_t* (*stack_pointer)(void* instance);    // __stack_pointer; NULL if there is none
    const struct wali_signature* signatures;       // of all types, sorted by `type`
    size_t signature_count;
};

extern const struct wali_guest wali_guest;
