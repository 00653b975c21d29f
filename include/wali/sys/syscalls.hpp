// SPDX-License-Identifier: BSL-1.0
#pragma once

// One set of declarations, two back ends, both generated from abi/syscalls/.
#if defined(__wasm32__)
#include <wali/sys/wasm32/syscalls.hpp>
#elif defined(__x86_64__) && defined(__linux__)
#include <wali/sys/x86_64/syscalls.hpp>
#else
#error "wali: this target is neither wasm32 nor x86-64 Linux"
#endif
