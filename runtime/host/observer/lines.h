// SPDX-License-Identifier: BSL-1.0
//
// The lines of a trace, on their way to walirun.
#pragma once

#include "observe/region.h"

void lines_use(struct observed_region* region);

void line_begin(struct wali_call* call);
void line_end(struct wali_call* call, uint64_t result, uint64_t ticks);

// Of a call that does not return.
void line_last(struct wali_call* call);

// Ends the line of the execve that has led here.
void line_executed(void);
