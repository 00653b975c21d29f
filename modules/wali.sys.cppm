// SPDX-License-Identifier: BSL-1.0
// The raw layer: all constants, structures and calls.
module;

#include <cstddef>
#include <cstdint>
#include <type_traits>

export module wali.sys;

#undef WALI_EXPORT
#define WALI_EXPORT export

extern "C++" {
#include <wali/sys.hpp>
}
