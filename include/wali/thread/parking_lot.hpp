// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <wali/core/deadline.hpp>

WALI_EXPORT namespace wali {
/// How a thread that was parked came back.
enum class Parked : int {
    UNPARKED,   ///< by another thread
    NOT_VALID,  ///< it never slept: `validate` said so
    TIMED_OUT,  ///< its deadline came first
};
}  // namespace wali

/// Sleeping at an address: what a lock needs for the threads that wait for it, so that the lock itself may be a byte or
/// a bit of something. Threads wait in queues that are found by the address and kept on their stacks: nothing is
/// allocated, nothing is left in the memory that is waited for, and nothing at the address is read. For the threads of
/// one process; a forked child finds what its parent's other threads had, so it parks and unparks nothing before it
/// executes. On futex(2), tier spec. EINTR is retried. Not for signal handlers.
WALI_EXPORT namespace wali::thread {
namespace detail {
using Validate = bool (*)(void* context);
using Prepare = void (*)(void* context);
Parked park(const void* address, Validate validate, Prepare before_sleep, void* context, Deadline deadline) noexcept;
}  // namespace detail

/// Sleeps until somebody unparks the address, if `validate()` agrees. It is asked while the queue is locked, so no
/// unpark that follows what it looks at is missed. Then, in the queue but before the sleep, `before_sleep()` is called,
/// which may unlock what the caller holds. `validate` is short, and parks and unparks nothing. Without a deadline there
/// is none.
template <class Validate, class Prepare>
Parked park(const void* address, Validate&& validate, Prepare&& before_sleep, Deadline deadline) noexcept {
    struct Context {
        std::remove_reference_t<Validate>* validate;
        std::remove_reference_t<Prepare>* before_sleep;
    } context{&validate, &before_sleep};
    return detail::park(
        address, [](void* of) { return static_cast<bool>((*static_cast<Context*>(of)->validate)()); },
        [](void* of) { (*static_cast<Context*>(of)->before_sleep)(); }, &context, deadline);
}
template <class Validate, class Prepare>
Parked park(const void* address, Validate&& validate, Prepare&& before_sleep) noexcept {
    return park(address, validate, before_sleep, Deadline::never());
}

/// Wakes the thread that has been parked at the address for the longest time; whether there was one.
bool unpark_one(const void* address) noexcept;

/// Wakes all that are parked at the address, and returns how many that were.
usize unpark_all(const void* address) noexcept;

}  // namespace wali::thread
