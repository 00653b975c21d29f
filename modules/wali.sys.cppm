// SPDX-License-Identifier: BSL-1.0
module;

#include <cstddef>
#include <cstdint>
#include <type_traits>

export module wali.sys;

#undef WALI_EXPORT
#define WALI_EXPORT export

extern "C++" {
#include <wali/abi/constants.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/numbers.hpp>
#include <wali/abi/structs.hpp>
#include <wali/abi/types.hpp>
#include <wali/sys/signal_action.hpp>
#include <wali/sys/syscalls.hpp>
}
