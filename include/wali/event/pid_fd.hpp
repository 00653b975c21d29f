// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/process.hpp>
#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/process.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/wait_status.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
using abi::PidfdFlags;
using abi::Signal;

/// A process by a descriptor: it stands for this process alone, also when the process has ended and another one has got
/// its number. Readable for Epoll when the process has ended. See pidfd_open(2). EINTR comes back as Errno::INTR;
/// threads may share it; everything is async-signal-safe.
class PidFd : public Descriptor<PidFd> {
  public:
    PidFd() noexcept = default;

    /// pidfd_open(2), tier named, close-on-exec. Of one's own children that were not waited for, and of oneself, the
    /// number cannot be another's by now; of other processes it can. Errors: SRCH, INVAL (no process's number), MFILE;
    /// INVAL or, of newer kernels, NOENT for a thread's number without PidfdFlags::THREAD, Linux 6.9.
    static result<PidFd> open(Pid process, PidfdFlags flags = PidfdFlags{}) noexcept {
        return to_descriptor<PidFd>(Call::pidfd_open, sys::pidfd_open(process.raw(), abi::bits(flags)));
    }

    /// pidfd_send_signal(2), tier named. Errors: SRCH (the process has ended and was waited for), PERM, INVAL.
    result<void> send_signal(Signal signal) const noexcept {
        return to_result<void>(Call::pidfd_send_signal,
                               sys::pidfd_send_signal(fd().raw(), abi::bits(signal), nullptr, 0));
    }

    /// waitid(2) with P_PIDFD, tier named: waits until this child has ended, takes it out of the process table and says
    /// how it ended. Errors: INTR, CHILD (no child of this process, or somebody has waited for it already), AGAIN (made
    /// with PidfdFlags::NONBLOCK and it runs).
    result<WaitStatus> wait() const noexcept {
        abi::siginfo_chld info{};
        const long raw = wait_raw(info, abi::WaitOptions::EXITED);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::waitid, raw);
        return WaitStatus::from_info(info);
    }

    /// waitid(2) with WNOHANG, tier named: the same without waiting, and nothing while the child runs.
    result<std::optional<WaitStatus>> try_wait() const noexcept {
        abi::siginfo_chld info{};
        const long raw = wait_raw(info, abi::WaitOptions::EXITED | abi::WaitOptions::NOHANG);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::waitid, raw);
        if (info.pid == 0) return std::optional<WaitStatus>();
        return std::optional(WaitStatus::from_info(info));
    }

    /// poll(2), then waitid(2): waits for the end of the child no longer than `timeout`. Errors: as wait(), and
    /// TIMEDOUT.
    result<WaitStatus> wait(Timeout timeout) const noexcept {
        const result<void> ended = wait_for_end(timeout);
        if (ended.has_error()) return ended.assume_error();
        return wait();
    }

    /// The same until a point in time.
    result<WaitStatus> wait_until(Deadline deadline) const noexcept { return wait(deadline.remaining()); }

    /// ppoll(2), tier spec: waits until the process has ended, whoever's child it is. It stays where it is in the
    /// process table until its parent waits for it. Errors: INTR, TIMEDOUT.
    result<void> wait_for_end(Timeout timeout = forever()) const noexcept {
        if (!*this) return Error(Errno::BADF, Call::ppoll);
        abi::pollfd entry{fd().raw(), abi::bits(abi::PollEvents::IN), 0};
        abi::timespec time = to_timespec(timeout);
        const long raw = sys::ppoll(&entry, 1, timeout == forever() ? nullptr : &time, nullptr, sizeof(abi::sigset_t));
        if (raw == 0) return Error(Errno::TIMEDOUT, Call::ppoll);
        return to_result<void>(Call::ppoll, raw);
    }

    /// pidfd_getfd(2), tier named: a duplicate of the process's descriptor `number`, close-on-exec. Errors: BADF (it
    /// has none of this number), PERM (it needs the right to trace the process), SRCH.
    result<Fd> duplicate_descriptor(int number) const noexcept {
        return to_descriptor<Fd>(Call::pidfd_getfd, sys::pidfd_getfd(fd().raw(), number, 0));
    }

  private:
    long wait_raw(abi::siginfo_chld& info, abi::WaitOptions options) const noexcept {
        if (!*this) return -static_cast<long>(Errno::BADF);  // to the kernel -1 is INVAL
        return sys::waitid(abi::bits(abi::WaitIdType::PIDFD), fd().raw(), &info, static_cast<int>(abi::bits(options)),
                           nullptr);
    }
};

}  // namespace wali
