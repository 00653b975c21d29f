// SPDX-License-Identifier: BSL-1.0
//
// The C writer's interface for wasm exceptions (the legacy encoding). State is per thread:
// runtime/host/engine/exceptions.c.
#pragma once

#include "wasm-rt.h"

typedef const void* wasm_rt_tag_t;

#define WASM_RT_UNWIND_TARGET wasm_rt_jmp_buf

void wasm_rt_load_exception(const wasm_rt_tag_t tag, uint32_t size, const void* values);
WASM_RT_NO_RETURN void wasm_rt_throw(void);
WASM_RT_UNWIND_TARGET* wasm_rt_get_unwind_target(void);
void wasm_rt_set_unwind_target(WASM_RT_UNWIND_TARGET* target);
wasm_rt_tag_t wasm_rt_exception_tag(void);
uint32_t wasm_rt_exception_size(void);
void* wasm_rt_exception(void);
