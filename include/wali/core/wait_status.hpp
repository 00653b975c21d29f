// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>

WALI_EXPORT namespace wali {
/// How a child process ended, or that it stopped or goes on: what wait(2) calls wstatus. A value of 4 bytes. It lives
/// in core because PidFd and process both speak of it.
class WaitStatus {
  public:
    /// The number that wait4(2) stores.
    static constexpr WaitStatus from_raw(int status) noexcept { return WaitStatus(status); }

    /// What waitid(2) and SIGCHLD tell.
    static constexpr WaitStatus from_info(const abi::siginfo_chld& info) noexcept {
        switch (static_cast<abi::ChildCode>(info.code)) {
            case abi::ChildCode::EXITED: return WaitStatus((info.status & 0xff) << 8);
            case abi::ChildCode::DUMPED: return WaitStatus((info.status & 0x7f) | 0x80);
            case abi::ChildCode::STOPPED:
            case abi::ChildCode::TRAPPED: return WaitStatus(info.status << 8 | 0x7f);
            case abi::ChildCode::CONTINUED: return WaitStatus(0xffff);
            default: return WaitStatus(info.status & 0x7f);
        }
    }

    /// Whether it has ended by itself with 0, which means that all went well.
    constexpr bool success() const noexcept { return raw_ == 0; }

    /// What it gave to exit(3), 0 to 255; nothing if a signal ended it.
    constexpr std::optional<int> exit_code() const noexcept {
        if ((raw_ & 0x7f) != 0) return {};
        return raw_ >> 8 & 0xff;
    }

    /// The signal that ended it; nothing if it has ended by itself.
    constexpr std::optional<abi::Signal> termination_signal() const noexcept {
        const int signal = raw_ & 0x7f;
        if (signal == 0 || signal == 0x7f) return {};
        return static_cast<abi::Signal>(signal);
    }

    /// Whether the signal that ended it left a core file, see core(5).
    constexpr bool core_dumped() const noexcept { return termination_signal() && (raw_ & 0x80) != 0; }

    /// The signal that stopped it; nothing if it is not stopped.
    constexpr std::optional<abi::Signal> stop_signal() const noexcept {
        if ((raw_ & 0xff) != 0x7f) return {};
        return static_cast<abi::Signal>(raw_ >> 8 & 0xff);
    }

    /// Whether it was stopped and SIGCONT lets it go on.
    constexpr bool continued() const noexcept { return raw_ == 0xffff; }

    /// As wait4(2) stores it.
    constexpr int raw() const noexcept { return raw_; }
    /// Whether both say the same.
    constexpr bool operator==(const WaitStatus&) const noexcept = default;

  private:
    explicit constexpr WaitStatus(int raw) noexcept : raw_(raw) {}
    int raw_;
};

}  // namespace wali
