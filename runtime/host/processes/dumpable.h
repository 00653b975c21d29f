// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "base/base.h"

void dumpable_start(void);  // before the guest runs

// prctl's PR_GET_DUMPABLE and PR_SET_DUMPABLE, as the guest sees them.
uint64_t dumpable_get(void);
uint64_t dumpable_set(uint64_t value);
