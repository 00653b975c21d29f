// SPDX-License-Identifier: BSL-1.0
//
// What the sanitizers need to know of the host library.
#include <stddef.h>
#include <stdint.h>

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
