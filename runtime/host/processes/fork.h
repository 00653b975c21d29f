// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdint.h>

// fork by another call: its number and arguments, and of the flags of clone those that ask something of the host:
// CLONE_VFORK and CLONE_CLEAR_SIGHAND.
uint64_t process_copy(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t flags);
