// SPDX-License-Identifier: BSL-1.0
#pragma once

// The version of wali++, and its only place: CMake, the packages and `wali --version` read it here. It includes
// nothing, so it also stands beside `import wali;`, which cannot bring macros. docs/guide/versions.md says what a
// version promises.

/// The three numbers of the version.
#define WALI_VERSION_MAJOR 0
#define WALI_VERSION_MINOR 1
#define WALI_VERSION_PATCH 0

/// The version as one number that grows: `#if WALI_VERSION >= 200` is 0.2.0 or newer.
#define WALI_VERSION (WALI_VERSION_MAJOR * 10000 + WALI_VERSION_MINOR * 100 + WALI_VERSION_PATCH)
