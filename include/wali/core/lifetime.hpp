// SPDX-License-Identifier: BSL-1.0
#pragma once

// What Clang needs to warn of a view that outlives what it views; other compilers do not know these attributes.
#if defined(__clang__)
#define WALI_LIFETIMEBOUND [[clang::lifetimebound]]
#define WALI_VIEW [[gsl::Pointer]]
#else
#define WALI_LIFETIMEBOUND
#define WALI_VIEW
#endif
