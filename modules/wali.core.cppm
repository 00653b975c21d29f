// SPDX-License-Identifier: BSL-1.0
module;

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/base.hpp>
#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <new>
#include <semaphore>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <wali/abi/numbers.hpp>
#include <wali/sys/signal_action.hpp>
#include <wali/sys/syscalls.hpp>
#include <wali/try.hpp>

export module wali.core;

export import wali.sys;

#undef WALI_EXPORT
#define WALI_EXPORT export

extern "C++" {
#include <wali/core/bytes.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/error.hpp>
#include <wali/core/error_code.hpp>
#include <wali/core/exit_status.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/core/transfer.hpp>
}

// Without these a consumer that includes no header crashes clang 22.1.8 (llvm-project#189252) where an inline function
// of the module needs them.
export using ::operator new;
export using ::operator new[];
export using ::operator delete;
export using ::operator delete[];
