// SPDX-License-Identifier: BSL-1.0
//
// Where in the guest's source an instruction comes from.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source_line {
    char file[256];
    size_t length;  // of its name
    uint64_t line;
};

// False if that is not known.
bool source_line_of(uintptr_t instruction, struct source_line* place);
