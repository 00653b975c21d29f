// SPDX-License-Identifier: BSL-1.0
//
// A call as text, in the form that strace has made known.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wali_observed.h"

// Text that ends with its room.
struct text {
    char* at;
    const char* end;
};

void text_add(struct text* text, const char* more);
void text_add_bytes(struct text* text, const char* bytes, size_t count);
void text_add_number(struct text* text, uint64_t number);

const char* call_name(uint32_t call);
bool call_is_plain(uint32_t call);  // the host adds nothing to it

// Begins with the name, and writes parameters from call->next on: before the call up to the first that the call fills.
void text_add_call(struct text* text, struct wali_call* call);
void text_add_rest(struct text* text, struct wali_call* call, uint64_t result);
void text_add_result(struct text* text, const struct wali_call* call, uint64_t result);
