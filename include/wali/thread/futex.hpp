// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <span>

#include <wali/abi/constants/thread.hpp>
#include <wali/abi/constants/time.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/thread.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/thread.hpp>

WALI_EXPORT namespace wali {
/// What a futex waits on: a word in any memory, that of several processes, too.
using FutexWord = std::atomic<u32>;
static_assert(sizeof(FutexWord) == sizeof(u32) && FutexWord::is_always_lock_free);

/// Who uses a word. Both sides must say the same.
enum class FutexScope : int {
    SHARED = 0,     ///< all processes that map its memory
    PRIVATE = 128,  ///< the threads of this process: FUTEX_PRIVATE_FLAG, a little faster
};

/// How to wait on a word and to wake.
struct FutexOptions {
    FutexScope scope = FutexScope::SHARED;
    u32 bitset = 0xffff'ffff;  ///< a wake reaches the waiters that share a bit with it; 0 is INVAL
};

/// One of several words to wait on. Exactly the kernel's struct futex_waitv, so an array of these crosses without a
/// copy. It views the word.
class WALI_VIEW FutexWaiter : private abi::futex_waitv {
  public:
    /// Waits while the word is `expected`.
    FutexWaiter(const FutexWord& word WALI_LIFETIMEBOUND, u32 expected, FutexScope scope = FutexScope::SHARED) noexcept
        : futex_waitv{expected, reinterpret_cast<std::uintptr_t>(&word),
                      abi::bits(abi::Futex2Flags::SIZE_U32) |
                          static_cast<u32>(scope == FutexScope::PRIVATE ? abi::bits(abi::Futex2Flags::PRIVATE) : 0U),
                      0} {}
};
static_assert(sizeof(FutexWaiter) == sizeof(abi::futex_waitv));
}  // namespace wali

/// The calls under every lock: futex(2), tier spec. Waiting is about the value of a word: the kernel puts the thread to
/// sleep only while the word is what the program expects, so no wake between looking and sleeping is lost. Wakes
/// without a reason happen: look at the word again. A signal handler that runs ends a wait with Errno::INTR, which is
/// not retried here. Waking is async-signal-safe.
WALI_EXPORT namespace wali::thread {
namespace detail {
inline u32* address_of(const FutexWord& word) noexcept { return const_cast<u32*>(reinterpret_cast<const u32*>(&word)); }
inline long futex(const FutexWord& word, abi::FutexOp operation, FutexScope scope, u32 value, const void* timeout,
                  const FutexWord* second, u32 last) noexcept {
    return sys::futex(address_of(word), abi::bits(operation) | static_cast<int>(scope), value,
                      const_cast<void*>(timeout), second != nullptr ? address_of(*second) : nullptr, last);
}
// The third argument of operations that wake and move is a number in the place of the timeout.
inline const void* as_timeout(u32 count) noexcept { return reinterpret_cast<const void*>(std::uintptr_t{count}); }
inline result<void> wait_bitset(const FutexWord& word, abi::FutexOpFlags flags, u32 expected, const abi::timespec* time,
                                const FutexOptions& options) noexcept {
    const auto operation = static_cast<abi::FutexOp>(abi::bits(abi::FutexOp::WAIT_BITSET) | abi::bits(flags));
    return to_result<void>(Call::futex, futex(word, operation, options.scope, expected, time, nullptr, options.bitset));
}
constexpr u32 at_most(u32 count) noexcept { return count < 0x7fff'ffff ? count : 0x7fff'ffff; }
}  // namespace detail

/// FUTEX_WAIT_BITSET: sleeps while the word is `expected`, until a wake. Errors: AGAIN (the word is another), INTR.
inline result<void> futex_wait(const FutexWord& word, u32 expected, const FutexOptions& options) noexcept {
    return detail::wait_bitset(word, abi::FutexOpFlags{}, expected, nullptr, options);
}
inline result<void> futex_wait(const FutexWord& word, u32 expected) noexcept { return futex_wait(word, expected, {}); }

/// The same until a point in time: TIMEDOUT. A RealtimeClock may be set meanwhile.
inline result<void> futex_wait_until(const FutexWord& word, u32 expected, Deadline deadline,
                                     const FutexOptions& options) noexcept {
    const abi::timespec time = to_timespec(deadline.when().time_since_epoch());
    return detail::wait_bitset(word, abi::FutexOpFlags{}, expected, &time, options);
}
inline result<void> futex_wait_until(const FutexWord& word, u32 expected, Deadline deadline) noexcept {
    return futex_wait_until(word, expected, deadline, {});
}
inline result<void> futex_wait_until(const FutexWord& word, u32 expected, RealtimeClock::time_point deadline,
                                     const FutexOptions& options) noexcept {
    const abi::timespec time = to_timespec(deadline.time_since_epoch());
    return detail::wait_bitset(word, abi::FutexOpFlags::REALTIME, expected, &time, options);
}
inline result<void> futex_wait_until(const FutexWord& word, u32 expected, RealtimeClock::time_point deadline) noexcept {
    return futex_wait_until(word, expected, deadline, {});
}

/// FUTEX_WAKE_BITSET: wakes up to `count` threads that wait on the word, and returns how many that were.
inline result<u32> futex_wake(const FutexWord& word, u32 count, const FutexOptions& options) noexcept {
    if (count == 0) return 0U;  // the kernel would wake one
    return to_result<u32>(Call::futex, detail::futex(word, abi::FutexOp::WAKE_BITSET, options.scope,
                                                     detail::at_most(count), nullptr, nullptr, options.bitset));
}
inline result<u32> futex_wake(const FutexWord& word, u32 count) noexcept { return futex_wake(word, count, {}); }

/// The same for all that wait on the word.
inline result<u32> futex_wake_all(const FutexWord& word, const FutexOptions& options) noexcept {
    return futex_wake(word, 0x7fff'ffff, options);
}
inline result<u32> futex_wake_all(const FutexWord& word) noexcept { return futex_wake_all(word, {}); }

/// How many FUTEX_CMP_REQUEUE wakes, and how many of the others it moves.
struct FutexRequeue {
    u32 wake = 1;
    u32 move = 0x7fff'ffff;
    FutexScope scope = FutexScope::SHARED;
};

/// FUTEX_CMP_REQUEUE: if the word is `expected`, wakes some of its waiters and lets others wait on `target` instead, as
/// if they had called futex_wait with that. Returns how many it woke and moved. Errors: AGAIN (the word is another).
inline result<u32> futex_requeue(const FutexWord& word, u32 expected, const FutexWord& target,
                                 const FutexRequeue& counts) noexcept {
    return to_result<u32>(Call::futex,
                          detail::futex(word, abi::FutexOp::CMP_REQUEUE, counts.scope, detail::at_most(counts.wake),
                                        detail::as_timeout(detail::at_most(counts.move)), &target, expected));
}

/// futex_waitv(2), as Documentation/userspace-api/futex2.rst has it, tier named, Linux 5.16: sleeps while each word is
/// what its waiter expects, until a wake of one of them, whose place it returns, or the deadline. 1 to 128 waiters.
/// Errors: AGAIN (a word is another), INTR, TIMEDOUT, INVAL.
inline result<usize> futex_wait_any(std::span<const FutexWaiter> waiters, Deadline deadline) noexcept {
    const abi::timespec time = to_timespec(deadline.when().time_since_epoch());
    return to_result<usize>(
        Call::futex_waitv,
        sys::futex_waitv(reinterpret_cast<const abi::futex_waitv*>(waiters.data()),
                         static_cast<unsigned>(waiters.size()), 0, &time, abi::bits(abi::ClockId::MONOTONIC)));
}
inline result<usize> futex_wait_any(std::span<const FutexWaiter> waiters) noexcept {
    return futex_wait_any(waiters, Deadline::never());
}

/// Locks with priority inheritance: a holder runs with the priority of the most urgent thread that waits. Such a word
/// is 0 or the holder's thread id; processes may share it. A program tries 0 to its id, and its id to 0, by itself;
/// where that fails it calls these. FUTEX_LOCK_PI2 (Linux 5.14). Errors: TIMEDOUT; DEADLK (the caller holds it), SRCH
/// (its holder is gone), PERM, NOSYS. A signal handler does not end the wait.
inline result<void> futex_lock_pi(FutexWord& word, Deadline deadline) noexcept {
    const abi::timespec time = to_timespec(deadline.when().time_since_epoch());
    return to_result<void>(Call::futex,
                           detail::futex(word, abi::FutexOp::LOCK_PI2, FutexScope::SHARED, 0, &time, nullptr, 0));
}
inline result<void> futex_lock_pi(FutexWord& word) noexcept { return futex_lock_pi(word, Deadline::never()); }

/// FUTEX_TRYLOCK_PI: takes over what a thread that has ended left behind. Errors: AGAIN (held), DEADLK.
inline result<void> futex_try_lock_pi(FutexWord& word) noexcept {
    return to_result<void>(Call::futex,
                           detail::futex(word, abi::FutexOp::TRYLOCK_PI, FutexScope::SHARED, 0, nullptr, nullptr, 0));
}

/// FUTEX_UNLOCK_PI: gives the lock to the most urgent waiter. Errors: PERM (the caller does not hold it).
inline result<void> futex_unlock_pi(FutexWord& word) noexcept {
    return to_result<void>(Call::futex,
                           detail::futex(word, abi::FutexOp::UNLOCK_PI, FutexScope::SHARED, 0, nullptr, nullptr, 0));
}

}  // namespace wali::thread
