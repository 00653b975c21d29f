// SPDX-License-Identifier: BSL-1.0
#pragma once

// The raw layer: all constants, structures and calls, as `import wali.sys;`.
#include <wali/abi/constants.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/numbers.hpp>
#include <wali/abi/structs.hpp>
#include <wali/abi/types.hpp>
#include <wali/sys/signal_action.hpp>
#include <wali/sys/syscalls.hpp>
