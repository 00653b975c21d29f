// SPDX-License-Identifier: BSL-1.0
//
// Wasm exceptions as the C writer drives them: an active exception and a chain of unwind targets, per thread.
#include "wasm-rt-exceptions.h"

#include <string.h>

#include "engine.h"

static _Thread_local struct exception_state active;
static _Thread_local WASM_RT_UNWIND_TARGET* target;

void wasm_rt_load_exception(const wasm_rt_tag_t tag, uint32_t size, const void* values) {
    if (size > sizeof active.values) host_fail("an exception with more than 128 bytes of values is not supported");
    active.tag = tag;
    active.size = size;
    if (size) memcpy(active.values, values, size);
}

_Noreturn void wasm_rt_throw(void) {
    if (!target) wasm_rt_trap(WASM_RT_TRAP_UNCAUGHT_EXCEPTION);
    frames_left((uintptr_t)target);
    _longjmp(target->buffer, 1);
}

WASM_RT_UNWIND_TARGET* wasm_rt_get_unwind_target(void) { return target; }

void wasm_rt_set_unwind_target(WASM_RT_UNWIND_TARGET* new_target) { target = new_target; }

wasm_rt_tag_t wasm_rt_exception_tag(void) { return active.tag; }

uint32_t wasm_rt_exception_size(void) { return active.size; }

void* wasm_rt_exception(void) { return active.values; }

void exception_save(struct exception_state* state) { *state = active; }

void exception_restore(const struct exception_state* state) { active = *state; }
