// SPDX-License-Identifier: BSL-1.0
//
// Debian 13's libwabt.a refers to a name that C libraries before glibc 2.38 do not have.
#include <cstdlib>

extern "C" long __isoc23_strtol(const char* text, char** end, int base);

__attribute__((weak)) long __isoc23_strtol(const char* text, char** end, int base) { return strtol(text, end, base); }
