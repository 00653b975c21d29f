// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::EventfdFlags;

/// A counter behind a descriptor, which an Epoll can watch: eventfd(2), tier spec. IN is ready while it is above 0, OUT
/// while it can grow. Threads and processes may share it. EINTR comes back as Errno::INTR; on a non-blocking one
/// Errno::AGAIN means that the call would have waited. Everything is async-signal-safe.
class EventFd : public Descriptor<EventFd> {
  public:
    EventFd() noexcept = default;

    /// eventfd2(2), close-on-exec. `flags`: SEMAPHORE (a read takes 1 instead of everything), NONBLOCK. Errors: MFILE,
    /// NFILE, NOMEM.
    static result<EventFd> create(u32 initial = 0, EventfdFlags flags = EventfdFlags{}) noexcept {
        return to_descriptor<EventFd>(Call::eventfd2, sys::eventfd2(initial, abi::bits(flags | EventfdFlags::CLOEXEC)));
    }

    /// read(2): waits until the counter is above 0, sets it to 0 and returns what it was; of a SEMAPHORE, takes and
    /// returns 1. Errors: AGAIN, INTR.
    result<u64> read() const noexcept {
        u64 count;
        const long raw = sys::read(fd().raw(), &count, sizeof count);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::read, raw);
        return count;
    }

    /// write(2): adds to the counter, and waits while it would come to 2^64 - 1. Errors: AGAIN, INTR, INVAL (for
    /// 2^64 - 1).
    result<void> write(u64 count = 1) const noexcept {
        return to_result<void>(Call::write, sys::write(fd().raw(), &count, sizeof count));
    }
};

}  // namespace wali
