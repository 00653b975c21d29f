// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/id.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/core/wait_status.hpp>

WALI_EXPORT namespace wali {
using abi::SignalCode;

/// What a signal brings with it: the kernel's siginfo_t (128 bytes), of whose members only those are read that this
/// kind of signal has. Async-signal-safe.
class SignalInfo {
  public:
    SignalInfo() noexcept = default;

    /// Which signal.
    Signal signal() const noexcept { return static_cast<Signal>(raw_.signo); }
    /// Where it comes from: a SignalCode, or of a fault, a child and some others a code of that kind, see sigaction(2).
    SignalCode code() const noexcept { return static_cast<SignalCode>(raw_.code); }

    /// Who has sent it, or which child has changed; nothing for a signal of the kernel's or of a timer.
    std::optional<Pid> sender() const noexcept {
        if (!has_sender()) return {};
        return Pid(raw_.pid);
    }
    /// The sender's real user.
    std::optional<Uid> sender_user() const noexcept {
        if (!has_sender()) return {};
        return Uid(raw_.uid);
    }
    /// What signal::queue or a timer gave to it.
    std::optional<std::uintptr_t> value() const noexcept {
        if (code() == SignalCode::TIMER) return as<abi::siginfo_timer>().value;
        if (code() == SignalCode::QUEUE || code() == SignalCode::MESGQ) return raw_.value;
        return {};
    }
    /// Of SIGCHLD, what has happened to the child. Waiting for it is another thing.
    std::optional<WaitStatus> child_status() const noexcept {
        if (!is_child_change()) return {};
        return WaitStatus::from_info(as<abi::siginfo_chld>());
    }
    /// Of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP that the processor has raised, the address: of memory for the
    /// first two, of the instruction for the others.
    std::optional<void*> fault_address() const noexcept {
        if (!has_own_code()) return {};
        switch (signal()) {
            case Signal::SEGV:
            case Signal::BUS:
            case Signal::ILL:
            case Signal::FPE:
            case Signal::TRAP: return as<abi::siginfo_fault>().addr;
            default: return {};
        }
    }
    /// The descriptor that SIGIO tells of, where fcntl(2) F_SETSIG has asked for it.
    std::optional<int> descriptor() const noexcept {
        if (signal() != Signal::IO || !has_own_code()) return {};
        return as<abi::siginfo_poll>().fd;
    }
    /// The number of the system call that a filter has stopped with SIGSYS.
    std::optional<int> system_call() const noexcept {
        if (signal() != Signal::SYS || !has_own_code()) return {};
        return as<abi::siginfo_sys>().syscall;
    }

    /// For the raw calls.
    const abi::siginfo_rt* raw() const noexcept { return &raw_; }
    /// For the raw calls that fill it in.
    abi::siginfo_rt* out() noexcept { return &raw_; }

  private:
    template <class Kind>
    Kind as() const noexcept {
        static_assert(sizeof(Kind) == sizeof(raw_));
        return __builtin_bit_cast(Kind, raw_);
    }
    /// Whether the code is one of this kind of signal, so that the members of the kind are filled in.
    bool has_own_code() const noexcept { return raw_.code > 0 && raw_.code < abi::bits(SignalCode::KERNEL); }
    bool is_child_change() const noexcept { return signal() == Signal::CHLD && has_own_code(); }
    bool has_sender() const noexcept {
        return is_child_change() || code() == SignalCode::USER || code() == SignalCode::QUEUE ||
               code() == SignalCode::TKILL || code() == SignalCode::MESGQ;
    }

    abi::siginfo_rt raw_{};
};
static_assert(sizeof(SignalInfo) == 128);

}  // namespace wali
