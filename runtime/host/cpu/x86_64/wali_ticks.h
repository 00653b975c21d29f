// SPDX-License-Identifier: BSL-1.0
//
// The clock that is the cheapest to read. It runs at a constant rate, alike on all processors.
#pragma once

#include <stdint.h>

static inline uint64_t wali_ticks(void) { return __builtin_ia32_rdtsc(); }
