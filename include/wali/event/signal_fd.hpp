// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/core/wait_status.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::SignalCode;
using abi::SignalfdFlags;

/// A signal that was read from a SignalFd: exactly the kernel's struct signalfd_siginfo (128 bytes), so an array of
/// these is filled without a copy.
class SignalFdEvent : private abi::signalfd_siginfo {
  public:
    constexpr SignalFdEvent() noexcept : signalfd_siginfo{} {}

    /// Which signal.
    Signal signal() const noexcept { return static_cast<Signal>(ssi_signo); }
    /// Where it comes from: a SignalCode, or a code of its own kind of signal, see sigaction(2).
    SignalCode code() const noexcept { return static_cast<SignalCode>(ssi_code); }
    /// Who has sent it, or which child has changed; nothing for a signal of the kernel's or of a timer.
    std::optional<Pid> sender() const noexcept {
        if (!has_sender()) return {};
        return Pid(static_cast<i32>(ssi_pid));
    }
    /// The sender's real user.
    std::optional<Uid> sender_user() const noexcept {
        if (!has_sender()) return {};
        return Uid(ssi_uid);
    }
    /// Of SIGCHLD, what has happened to the child. Waiting for it is another thing, and several may have ended.
    std::optional<WaitStatus> child_status() const noexcept {
        if (!is_child_change()) return {};
        abi::siginfo_chld info{};
        info.code = ssi_code;
        info.status = ssi_status;
        return WaitStatus::from_info(info);
    }
    /// The value that signal::queue sent, or that a timer has; nothing for any other signal.
    std::optional<u64> value() const noexcept {
        if (code() != SignalCode::QUEUE && code() != SignalCode::TIMER && code() != SignalCode::MESGQ) return {};
        return ssi_ptr;
    }

    /// The kernel's structure.
    const abi::signalfd_siginfo& raw() const noexcept { return *this; }

  private:
    bool is_child_change() const noexcept { return signal() == Signal::CHLD && ssi_code > 0; }
    bool has_sender() const noexcept {
        return is_child_change() || code() == SignalCode::USER || code() == SignalCode::QUEUE ||
               code() == SignalCode::TKILL || code() == SignalCode::MESGQ;
    }
};
static_assert(sizeof(SignalFdEvent) == sizeof(abi::signalfd_siginfo));

/// Signals as a descriptor: readable for Epoll when one of a set is pending. See signalfd(2). The signals must be
/// blocked in every thread, or they do what they otherwise do: block them in main() before threads start. A forked
/// child that reads from its copy gets its own signals, not the parent's. Threads may share it; everything is
/// async-signal-safe.
class SignalFd : public Descriptor<SignalFd> {
  public:
    SignalFd() noexcept = default;

    /// signalfd4(2), tier named, close-on-exec. KILL and STOP are never read. Errors: MFILE, NFILE, NOMEM.
    static result<SignalFd> create(const SignalSet& signals, SignalfdFlags flags = SignalfdFlags{}) noexcept {
        return to_descriptor<SignalFd>(Call::signalfd4, sys::signalfd4(-1, signals.raw(), sizeof(abi::sigset_t),
                                                                       abi::bits(flags | SignalfdFlags::CLOEXEC)));
    }

    /// signalfd4(2), tier named: reads other signals from now on.
    result<void> set_signals(const SignalSet& signals) const noexcept {
        if (!*this) return Error(Errno::BADF, Call::signalfd4);  // -1 would make another descriptor
        return to_result<void>(Call::signalfd4, sys::signalfd4(fd().raw(), signals.raw(), sizeof(abi::sigset_t), 0));
    }

    /// read(2), tier spec: takes pending signals, as many as there are and `events` has room for, and waits for the
    /// first. Returns the filled part. Errors: INTR; AGAIN when non-blocking; INVAL for no room.
    result<std::span<SignalFdEvent>> read(std::span<SignalFdEvent> events WALI_LIFETIMEBOUND) const noexcept {
        const long raw = sys::read(fd().raw(), events.data(), events.size_bytes());
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::read, raw);
        return events.first(static_cast<usize>(raw) / sizeof(SignalFdEvent));
    }

    /// read(2), tier spec: the same for one signal.
    result<SignalFdEvent> read() const noexcept {
        SignalFdEvent event;
        const long raw = sys::read(fd().raw(), &event, sizeof event);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::read, raw);
        return event;
    }
};

}  // namespace wali
