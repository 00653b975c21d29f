// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/event.hpp>
#include <wali/try.hpp>

WALI_EXPORT namespace wali {
using abi::EpollEvents;

/// One event of an epoll instance: what a descriptor is ready for, and the token it was added with. Exactly the
/// kernel's struct epoll_event (12 bytes, packed), so an array of these crosses without a copy.
class EpollEvent : private abi::epoll_event {
  public:
    constexpr EpollEvent() noexcept : epoll_event{0, 0} {}
    constexpr EpollEvent(EpollEvents events, u64 token) noexcept : epoll_event{abi::bits(events), token} {}

    constexpr EpollEvents ready() const noexcept { return static_cast<EpollEvents>(events); }
    constexpr u64 token() const noexcept { return data; }
    /// Whether at least one of `wanted` is ready.
    constexpr bool has(EpollEvents wanted) const noexcept { return intersects(ready(), wanted); }

    abi::epoll_event* raw() noexcept { return this; }
    const abi::epoll_event* raw() const noexcept { return this; }
};
static_assert(sizeof(EpollEvent) == sizeof(abi::epoll_event));

/// An epoll instance: waits for many descriptors at once. See epoll(7). Closing a descriptor removes it, once its
/// last duplicate is closed. Threads may share an Epoll: add, modify, remove and wait may run at the same time.
class Epoll {
  public:
    /// epoll_create1(2), close-on-exec. Errors: MFILE, NFILE, NOMEM.
    static result<Epoll> create() noexcept {
        WALI_TRY(Fd fd, to_fd_result(sys::epoll_create1(abi::bits(abi::EpollFlags::CLOEXEC))));
        return Epoll(std::move(fd));
    }

    Epoll() noexcept = default;
    BorrowedFd fd() const noexcept [[clang::lifetimebound]] { return fd_.borrow(); }
    result<void> close() noexcept { return fd_.close(); }

    /// epoll_ctl(2) EPOLL_CTL_ADD: watches `fd` for `events`; wait() gives `token` back with them. ERR and HUP are
    /// always watched. Errors: EXIST (already added), PERM (a regular file, which is always ready), NOSPC.
    result<void> add(BorrowedFd fd, EpollEvents events, u64 token) const noexcept {
        return control(abi::EpollOperation::CTL_ADD, fd, EpollEvent(events, token));
    }

    /// EPOLL_CTL_MOD: replaces events and token; also re-arms ONESHOT. NOENT when `fd` was not added.
    result<void> modify(BorrowedFd fd, EpollEvents events, u64 token) const noexcept {
        return control(abi::EpollOperation::CTL_MOD, fd, EpollEvent(events, token));
    }

    /// EPOLL_CTL_DEL. NOENT when `fd` was not added.
    result<void> remove(BorrowedFd fd) const noexcept {
        return control(abi::EpollOperation::CTL_DEL, fd, EpollEvent());
    }

    /// epoll_pwait(2): waits until a descriptor is ready, `timeout` has passed (nullopt waits without end, 0 does
    /// not wait) or a signal handler has run (Errno::INTR, never retried here). While waiting, the thread's signal
    /// mask is `mask`, if given. Returns the filled part of `events`, empty after the timeout. INVAL when `events`
    /// is empty.
    result<std::span<EpollEvent>> wait(std::span<EpollEvent> events,
                                       std::optional<std::chrono::milliseconds> timeout = {},
                                       const SignalSet* mask = nullptr) const noexcept {
        const long raw = sys::epoll_pwait(fd_.raw(), reinterpret_cast<abi::epoll_event*>(events.data()),
                                          static_cast<int>(events.size()), to_timeout(timeout),
                                          mask ? mask->raw() : nullptr, sizeof(abi::sigset_t));
        if (raw < 0) [[unlikely]]
            return static_cast<Errno>(-raw);
        return events.first(static_cast<usize>(raw));
    }

  private:
    explicit Epoll(Fd fd) noexcept : fd_(std::move(fd)) {}

    result<void> control(abi::EpollOperation operation, BorrowedFd fd, EpollEvent event) const noexcept {
        return to_void_result(sys::epoll_ctl(fd_.raw(), abi::bits(operation), fd.raw(), event.raw()));
    }

    static int to_timeout(std::optional<std::chrono::milliseconds> timeout) noexcept {
        if (!timeout) return -1;
        constexpr std::chrono::milliseconds::rep longest = 0x7fffffff;
        return static_cast<int>(timeout->count() < 0 ? 0 : timeout->count() > longest ? longest : timeout->count());
    }

    Fd fd_;
};

}  // namespace wali
