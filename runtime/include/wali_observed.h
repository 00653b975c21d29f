// SPDX-License-Identifier: BSL-1.0
//
// What translations call around each system call when walirun --trace or --stats runs them: runtime/host/observer.
#pragma once

#include <stdint.h>

enum {
#define OBSERVED_CALL(handler, name, family) OBSERVED_##handler,
#include "observed_calls.inc"
#undef OBSERVED_CALL
    OBSERVED_CALLS
};

struct wali_call {
    uint32_t number;  // one of OBSERVED_...
    uint32_t next;    // the first parameter that is not written yet
    uint32_t tid;
    uint32_t state;  // of the thread's line while the call runs (observe/region.h)
    uint64_t arguments[6];
    uint64_t begun;   // in ticks of the processor
    uint64_t kernel;  // ticks of the thread in the kernel until then
};

void wali_call_begin(struct wali_call* call);
uint64_t wali_call_end(struct wali_call* call, uint64_t result);  // returns the result
