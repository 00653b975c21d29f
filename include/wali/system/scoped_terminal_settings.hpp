// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/result.hpp>
#include <wali/signal/scoped_mask.hpp>
#include <wali/sys/process.hpp>
#include <wali/system/terminal.hpp>

WALI_EXPORT namespace wali {
/// Other settings of a terminal until this ends, when they are what they were before:
///
///     WALI_TRY(const auto raw, wali::ScopedTerminalSettings::raw_mode(wali::standard_input()));
///
/// The terminal must stay open for as long. Move-only. The end of a forked child's copy changes nothing, unless both
/// are process 1 of a PID namespace. A signal that ends the program, and SIGKILL above all, leaves the terminal as it
/// is: handle SIGTERM and its like. The end comes also while the process is in the background.
class [[nodiscard]] ScopedTerminalSettings {
  public:
    /// ioctl_tty(2), getpid(2), tier spec: settings in which bytes come as they are typed, after output that is under
    /// way: TerminalSettings::raw_mode(). Errors: NOTTY, INTR.
    static result<ScopedTerminalSettings> raw_mode(BorrowedFd terminal WALI_LIFETIMEBOUND) noexcept {
        return with(terminal, [](const TerminalSettings& now) noexcept { return now.raw_mode(); });
    }
    /// ioctl_tty(2), getpid(2), tier spec: settings in which a password is typed unseen. Errors: NOTTY, INTR.
    static result<ScopedTerminalSettings> without_echo(BorrowedFd terminal WALI_LIFETIMEBOUND) noexcept {
        return with(terminal, [](const TerminalSettings& now) noexcept { return now.without_echo(); });
    }
    /// ioctl_tty(2), getpid(2), tier spec: what `change` makes of the settings that there are. Errors: NOTTY, INTR.
    template <class Change>
    static result<ScopedTerminalSettings> with(BorrowedFd terminal WALI_LIFETIMEBOUND, Change&& change) noexcept {
        const result<TerminalSettings> before = system::terminal_settings(terminal);
        if (before.has_error()) [[unlikely]]
            return before.assume_error();
        const result<void> done =
            system::set_terminal_settings(terminal, change(before.assume_value()), TermSetAction::DRAIN);
        if (done.has_error()) [[unlikely]]
            return done.assume_error();
        return ScopedTerminalSettings(terminal, before.assume_value());
    }

    ScopedTerminalSettings() noexcept = default;
    ScopedTerminalSettings(ScopedTerminalSettings&& other) noexcept
        : terminal_(std::exchange(other.terminal_, {})), process_(other.process_), before_(other.before_) {}
    ScopedTerminalSettings& operator=(ScopedTerminalSettings&& other) noexcept {
        if (this != &other) {
            (void)restore();
            terminal_ = std::exchange(other.terminal_, {});
            process_ = other.process_;
            before_ = other.before_;
        }
        return *this;
    }
    ScopedTerminalSettings(const ScopedTerminalSettings&) = delete;
    ScopedTerminalSettings& operator=(const ScopedTerminalSettings&) = delete;
    ~ScopedTerminalSettings() { (void)restore(); }

    /// The settings that come back.
    const TerminalSettings& before() const noexcept WALI_LIFETIMEBOUND { return before_; }

    /// Brings the settings back before the end: ioctl_tty(2), getpid(2), sigprocmask(2), tier spec. Output under way is
    /// waited for; EINTR is retried. Also from a background process, which SIGTTOU does not stop here. Errors: IO (the
    /// terminal has hung up).
    result<void> restore() noexcept {
        const BorrowedFd terminal = std::exchange(terminal_, {});
        if (terminal == BorrowedFd() || static_cast<i32>(sys::getpid()) != process_) return success();
        // Where a handler has it, each attempt in the background would raise it again.
        const auto blocked = ScopedSignalMask::block({Signal::TTOU});
        return retry_interrupted(
            [&]() noexcept { return system::set_terminal_settings(terminal, before_, TermSetAction::DRAIN); });
    }

  private:
    ScopedTerminalSettings(BorrowedFd terminal, const TerminalSettings& before) noexcept
        : terminal_(terminal), process_(static_cast<i32>(sys::getpid())), before_(before) {}

    BorrowedFd terminal_;
    i32 process_ = 0;
    TerminalSettings before_;
};

}  // namespace wali
