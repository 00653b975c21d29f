// SPDX-License-Identifier: BSL-1.0
#pragma once

// How names of the guest's source files begin in the executable's DWARF. Others are of generated C and its headers.
#define GUEST_FILE "guest:"
