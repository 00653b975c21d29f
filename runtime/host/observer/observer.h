// SPDX-License-Identifier: BSL-1.0
//
// How walirun --trace and --stats see what a program does. Only translations for such runs call the observer, and only
// the library that these are linked with has it (WALI_OBSERVED).
#pragma once

#ifdef WALI_OBSERVED

// Joins the walirun that observes, if the first variable of the environment names one. The rest is the guest's.
char** observer_start(char** environment);

// That variable, for programs that this one executes; NULL if nobody observes.
const char* observer_variable(void);

#else

static inline char** observer_start(char** environment) { return environment; }
static inline const char* observer_variable(void) { return 0; }

#endif
