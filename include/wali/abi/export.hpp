// SPDX-License-Identifier: BSL-1.0
#pragma once

// The lowest header stops a compiler that takes an older language, before it complains of everything: an #error would
// let it go on.
#if __cplusplus < 202002L
#include "wali needs C++20 or newer: compile with -std=c++20"
#endif

/// Empty in a textual include; the module units define it as `export`.
#if !defined(WALI_EXPORT)
#define WALI_EXPORT
#endif
