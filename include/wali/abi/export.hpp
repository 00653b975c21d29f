// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Empty in a textual include; the module units define it as `export`.
#if !defined(WALI_EXPORT)
#define WALI_EXPORT
#endif
