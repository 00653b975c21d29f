// SPDX-License-Identifier: BSL-1.0
//
// The file of this executable, for what is only read when it traps: symbols and line tables.
#pragma once

#include "dwarf/cursor.h"

// Empty if there is none.
struct dwarf_bytes own_section(const char* name);

// Where an address of the program is in the file's terms: from the load address.
uint64_t own_address(uintptr_t address);
