// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

// fork by another call: its number and arguments, and whether it `waits` as vfork does.
uint64_t process_copy(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, bool waits);
