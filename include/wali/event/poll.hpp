// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ratio>
#include <span>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/event.hpp>

WALI_EXPORT namespace wali {
using abi::PollEvents;

/// A descriptor to wait for, what for, and what it was ready for. Exactly the kernel's struct pollfd, so an array of
/// these crosses without a copy. The descriptor stays open for as long as it is waited for.
class WALI_VIEW PollItem : private abi::pollfd {
  public:
    /// An item that is passed over.
    constexpr PollItem() noexcept : pollfd{-1, 0, 0} {}
    /// ERR, HUP and NVAL (no open descriptor) are always reported. The item of an empty descriptor, such as one that
    /// was moved from, is passed over: if all are, waiting has no end.
    constexpr PollItem(BorrowedFd descriptor, PollEvents wanted) noexcept
        : pollfd{descriptor.raw(), abi::bits(wanted), 0} {}

    /// The descriptor that is waited for.
    constexpr BorrowedFd descriptor() const noexcept { return BorrowedFd::from_raw(fd); }
    /// What the descriptor was ready for in the last wait; nothing before the first.
    constexpr PollEvents ready() const noexcept { return static_cast<PollEvents>(revents); }
    /// Whether at least one of `wanted` was ready.
    constexpr bool has(PollEvents wanted) const noexcept { return intersects(ready(), wanted); }
    /// Waits for other events from now on.
    constexpr void set_wanted(PollEvents wanted) noexcept { events = abi::bits(wanted); }
};
static_assert(sizeof(PollItem) == sizeof(abi::pollfd));

}  // namespace wali

/// Waiting for descriptors. Async-signal-safe.
WALI_EXPORT namespace wali::event {
namespace detail {
inline result<usize> poll_milliseconds(std::span<PollItem> items, int timeout) noexcept {
    return to_result<usize>(Call::poll, sys::poll(reinterpret_cast<abi::pollfd*>(items.data()), items.size(), timeout));
}
inline result<usize> ppoll(std::span<PollItem> items, abi::timespec* timeout, const SignalSet* mask) noexcept {
    return to_result<usize>(Call::ppoll, sys::ppoll(reinterpret_cast<abi::pollfd*>(items.data()), items.size(), timeout,
                                                    mask ? mask->raw() : nullptr, sizeof(abi::sigset_t)));
}
}  // namespace detail

/// poll(2), tier spec: waits until at least one item is ready or a signal handler has run (Errno::INTR, never retried
/// here), and returns how many are. With a mask it is ppoll(2), tier spec, too: the thread's signal mask while waiting,
/// if it is no nullptr. Errors: INTR, INVAL (more items than open descriptors are allowed), NOMEM.
inline result<usize> poll(std::span<PollItem> items, const SignalSet* mask) noexcept {
    return detail::ppoll(items, nullptr, mask);
}
inline result<usize> poll(std::span<PollItem> items) noexcept { return detail::poll_milliseconds(items, -1); }

/// The same until `timeout` has passed; then 0 items are ready. 0 and less do not wait, the longest duration of its
/// type, such as forever(), waits without end. In milliseconds or a longer unit, up to 24.8 days, and without a mask,
/// it is poll(2), tier spec, else ppoll(2), tier spec.
template <class Rep, class Period>
result<usize> poll(std::span<PollItem> items, std::chrono::duration<Rep, Period> timeout,
                   const SignalSet* mask) noexcept {
    if (Timeout(timeout) == forever()) return poll(items, mask);
    abi::timespec time = to_timespec(timeout);
    return detail::ppoll(items, &time, mask);
}
template <class Rep, class Period>
result<usize> poll(std::span<PollItem> items, std::chrono::duration<Rep, Period> timeout) noexcept {
    if (Timeout(timeout) == forever()) return poll(items);
    if (std::ratio_greater_equal_v<Period, std::milli> && fits_milliseconds(timeout))
        return detail::poll_milliseconds(items, to_milliseconds(timeout));
    return poll(items, timeout, nullptr);
}

/// ppoll(2), tier spec: the same until a point in time.
inline result<usize> poll_until(std::span<PollItem> items, Deadline deadline, const SignalSet* mask) noexcept {
    return poll(items, deadline.remaining(), mask);
}
inline result<usize> poll_until(std::span<PollItem> items, Deadline deadline) noexcept {
    return poll_until(items, deadline, nullptr);
}

}  // namespace wali::event
