// SPDX-License-Identifier: BSL-1.0
//
// What the C writer uses of <math.h>, which takes a compiler half as long as to start.
#pragma once

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isnan __builtin_isnan
#define signbit __builtin_signbit

#define ceil __builtin_ceil
#define ceilf __builtin_ceilf
#define copysign __builtin_copysign
#define copysignf __builtin_copysignf
#define fabs __builtin_fabs
#define fabsf __builtin_fabsf
#define floor __builtin_floor
#define floorf __builtin_floorf
#define nearbyint __builtin_nearbyint
#define nearbyintf __builtin_nearbyintf
#define sqrt __builtin_sqrt
#define sqrtf __builtin_sqrtf
#define trunc __builtin_trunc
#define truncf __builtin_truncf
