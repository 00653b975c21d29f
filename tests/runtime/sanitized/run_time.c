// SPDX-License-Identifier: BSL-1.0
//
// What the sanitizers need to know of the host library, and what they do not see: the kernel's writes.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wali_host.h"

// The host handles faults itself, on stacks of its own, and compares the addresses of frames. Limits are those of the
// program.
const char* __asan_default_options(void) {
    return "use_sigaltstack=0:disable_coredump=0:detect_stack_use_after_return=0";
}

// Programs end by a system call, after which nobody would tell of what was found. The module's memory instructions are
// functions that are intercepted; its races are its own.
const char* __tsan_default_options(void) { return "halt_on_error=1:die_after_fork=0:ignore_interceptors_accesses=1"; }

int64_t __real_guest_copy(void* to, const void* from, size_t size);

void __real_stack_call(void (*function)(void), uint64_t top);

#if __has_feature(address_sanitizer)

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include "engine/engine.h"

static void (*called)(void);

static void call(void) {
    __sanitizer_finish_switch_fiber(NULL, NULL, NULL);
    called();
}

// The first thread changes to another stack, and does not come back.
void __wrap_stack_call(void (*function)(void), uint64_t top) {
    called = function;
    __sanitizer_start_switch_fiber(NULL, (const void*)(top - STACK_SIZE), STACK_SIZE);
    __real_stack_call(call, top);
}

static void check(const void* from, size_t size) {
    const volatile char* bad = __asan_region_is_poisoned((void*)from, size);
    if (bad) (void)*bad;  // reports it
}

#else

void __wrap_stack_call(void (*function)(void), uint64_t top) { __real_stack_call(function, top); }

static void check(const void* from, size_t size) {
    (void)from;
    (void)size;
}

#endif

// Written in assembly (copy.S), so that no sanitizer looks at it.
int64_t __wrap_guest_copy(void* to, const void* from, size_t size) {
    check(to, size);
    check(from, size);
    return __real_guest_copy(to, from, size);
}

// --- a canary on both sides of linear memory's reservation ---

enum { CANARY_WORDS = 8192 };
#define CANARY 0x5eed5eed5eed5eedUL

static uint64_t* const canaries[] = {(uint64_t*)WALI_MEMORY_BASE - CANARY_WORDS,
                                     (uint64_t*)(WALI_MEMORY_BASE + WALI_MEMORY_RESERVATION)};

__attribute__((constructor)) static void set_canaries(void) {
    for (size_t i = 0; i < sizeof canaries / sizeof *canaries; ++i) {
        if (mmap(canaries[i], CANARY_WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != canaries[i])
            abort();
        for (size_t k = 0; k < CANARY_WORDS; ++k) canaries[i][k] = CANARY + k;
    }
}

uint64_t __real_w2c_wali_SYS_exit_group(struct w2c_wali* host, uint32_t status);

uint64_t __wrap_w2c_wali_SYS_exit_group(struct w2c_wali* host, uint32_t status) {
    static const char message[] = "memory next to the module's has changed\n";
    for (size_t i = 0; i < sizeof canaries / sizeof *canaries; ++i)
        for (size_t k = 0; k < CANARY_WORDS; ++k)
            if (canaries[i][k] != CANARY + k) {
                (void)!write(2, message, sizeof message - 1);
                abort();
            }
    return __real_w2c_wali_SYS_exit_group(host, status);
}
