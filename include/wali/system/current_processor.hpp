// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/result.hpp>
#include <wali/sys/sched.hpp>

WALI_EXPORT namespace wali {
/// Where a thread runs: the number of a processor, and of the NUMA node that it belongs to.
struct CurrentProcessor {
    u32 processor;
    u32 node;
};
}  // namespace wali

WALI_EXPORT namespace wali::system {
/// getcpu(2), tier named: where the calling thread runs. A hint, unless it is bound to one processor: the kernel may
/// move it before the answer is used. Fails with NOSYS alone. Async-signal-safe.
inline result<CurrentProcessor> current_processor() noexcept {
    u32 processor = 0;
    u32 node = 0;
    const long raw = sys::getcpu(&processor, &node, nullptr);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getcpu, raw);
    return CurrentProcessor{processor, node};
}

}  // namespace wali::system
