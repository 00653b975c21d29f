// SPDX-License-Identifier: BSL-1.0
//
// Debian 13's libwabt.a refers to a name that C libraries before glibc 2.38 do not have. Where they have it, strtol
// itself is that name, so a definition here would call itself.
#include <cstdlib>

#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 38)
extern "C" long __isoc23_strtol(const char* text, char** end, int base);

long __isoc23_strtol(const char* text, char** end, int base) { return strtol(text, end, base); }
#endif
