// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
/// Wakes a loop that waits in an Epoll, from any thread, from a signal handler or from a forked child: a non-blocking
/// eventfd(2), tier spec. Watched with IN | ET, as here, each wake() is an event, and nothing has to be read:
///
///     WALI_TRY(const wali::Waker waker, wali::Waker::create());
///     WALI_TRY(const auto watch, epoll.add(waker.fd(), EpollEvents::IN | EpollEvents::ET, waker_index));
///
/// Several wakes before the loop looks may be one event. What they are about is said elsewhere, in an atomic or a queue
/// that is written before. Everything is async-signal-safe and safe from several threads.
class Waker : public Descriptor<Waker> {
  public:
    Waker() noexcept = default;

    /// eventfd2(2), close-on-exec. Errors: MFILE, NFILE, NOMEM.
    static result<Waker> create() noexcept {
        return to_descriptor<Waker>(
            Call::eventfd2, sys::eventfd2(0, abi::bits(abi::EventfdFlags::NONBLOCK | abi::EventfdFlags::CLOEXEC)));
    }

    /// write(2): wakes whoever watches. Never waits, never answers INTR: fails only where this is empty (BADF).
    result<void> wake() const noexcept {
        constexpr u64 one = 1;
        const auto written = to_result<void>(Call::write, sys::write(fd().raw(), &one, sizeof one));
        // The counter is full of wakes that nobody has taken: there is an event.
        if (written.has_error() && written.assume_error() == Errno::AGAIN) return success();
        return written;
    }

    /// read(2): for a watch without ET, takes the wakes that were, so that waiting waits again. Never waits.
    result<void> reset() const noexcept {
        u64 count;
        const auto taken = to_result<void>(Call::read, sys::read(fd().raw(), &count, sizeof count));
        if (taken.has_error() && taken.assume_error() == Errno::AGAIN) return success();
        return taken;
    }
};

}  // namespace wali
