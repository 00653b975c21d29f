// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// The module's name of the function around an instruction, cut off at `capacity`; 0 if it is none of the module's.
size_t symbol_name(char* to, size_t capacity, uintptr_t instruction);
