// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/tty.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/tty.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>
#include <wali/system/terminal_settings.hpp>
#include <wali/system/window_size.hpp>

WALI_EXPORT namespace wali {
using abi::TermFlush;
using abi::TermSetAction;
}  // namespace wali

/// Terminals behind any descriptor, such as standard_input(), by ioctl(2), tier spec: see ioctl_tty(2). Where it is
/// none, the error is NOTTY; where it has hung up, IO. What changes a terminal from a background process stops that
/// with SIGTTOU, or is INTR where that has a handler. Async-signal-safe.
WALI_EXPORT namespace wali::system {
namespace detail {
inline result<void> tty_control(BorrowedFd terminal, unsigned request, void* argument) noexcept {
    return to_result<void>(Call::ioctl, sys::ioctl(terminal.raw(), request, argument));
}
// For requests whose argument is a number.
inline result<void> tty_control(BorrowedFd terminal, unsigned request, int number) noexcept {
    return tty_control(terminal, request, reinterpret_cast<void*>(static_cast<usize>(static_cast<unsigned>(number))));
}
}  // namespace detail

/// ioctl_tty(2) TCGETS2, tier spec: how the terminal edits and translates.
inline result<TerminalSettings> terminal_settings(BorrowedFd terminal) noexcept {
    TerminalSettings settings;
    const long raw = sys::ioctl(terminal.raw(), abi::bits(abi::TermRequest::GETS2), settings.raw());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::ioctl, raw);
    return settings;
}

/// ioctl_tty(2) TCSETS2, TCSETSW2 and TCSETSF2, tier spec: changes them now, after all output (waits for it), or then
/// with unread input dropped, too. The kernel may take a part and leave the rest without an error.
inline result<void> set_terminal_settings(BorrowedFd terminal, const TerminalSettings& settings,
                                          TermSetAction when) noexcept {
    const auto request = abi::bits(abi::TermRequest::SETS2) + static_cast<unsigned>(abi::bits(when));
    TerminalSettings copy = settings;
    return detail::tty_control(terminal, request, copy.raw());
}
inline result<void> set_terminal_settings(BorrowedFd terminal, const TerminalSettings& settings) noexcept {
    return set_terminal_settings(terminal, settings, TermSetAction::NOW);
}

/// isatty(3), by ioctl_tty(2) TCGETS2, tier spec: whether it is a terminal that has not hung up.
inline bool is_terminal(BorrowedFd fd) noexcept { return terminal_settings(fd).has_value(); }

/// ttyname(3), by readlinkat(2) of /proc/self/fd, newfstatat(2) and fstat(2), tier spec: the terminal's path, such as
/// "/dev/pts/3", in `buffer`. Errors: NODEV_ (the path means another file here: the terminal is from another mount
/// namespace), RANGE (the buffer is not longer than the path).
result<std::string_view> terminal_name(BorrowedFd terminal, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept;

/// ioctl_tty(2) TIOCGWINSZ, tier spec. When it changes, the foreground process group gets SIGWINCH: block that and
/// read it from a SignalFd in an event loop, or wait for it by a ScopedHandler.
inline result<WindowSize> window_size(BorrowedFd terminal) noexcept {
    abi::winsize size;
    const long raw = sys::ioctl(terminal.raw(), abi::bits(abi::TtyRequest::GWINSZ), &size);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::ioctl, raw);
    return WindowSize{size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel};
}
/// ioctl_tty(2) TIOCSWINSZ, tier spec: tells the programs on the terminal, by SIGWINCH if it is another size than
/// before. Of a PseudoTerminal, either end does.
inline result<void> set_window_size(BorrowedFd terminal, const WindowSize& size) noexcept {
    abi::winsize raw{size.rows, size.columns, size.width, size.height};
    return detail::tty_control(terminal, abi::bits(abi::TtyRequest::SWINSZ), &raw);
}

/// tcdrain(3), by ioctl_tty(2) TCSBRK, tier spec: waits until all output is out. Errors: INTR.
inline result<void> drain_terminal(BorrowedFd terminal) noexcept {
    return detail::tty_control(terminal, abi::bits(abi::TermRequest::SBRK), 1);
}
/// tcflush(3), by ioctl_tty(2) TCFLSH, tier spec: drops input that nobody has read, output that is not out, or both.
inline result<void> flush_terminal(BorrowedFd terminal, TermFlush queue) noexcept {
    return detail::tty_control(terminal, abi::bits(abi::TermRequest::FLSH), abi::bits(queue));
}

/// tcgetpgrp(3), by ioctl_tty(2) TIOCGPGRP, tier spec: the process group in the foreground; NOTTY if the terminal is
/// not the controlling one of the caller.
inline result<Pid> foreground_group(BorrowedFd terminal) noexcept {
    i32 group = 0;
    const long raw = sys::ioctl(terminal.raw(), abi::bits(abi::TtyRequest::GPGRP), &group);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::ioctl, raw);
    return Pid(group);
}
/// tcsetpgrp(3), by ioctl_tty(2) TIOCSPGRP, tier spec: puts a process group of the session there. PERM for others.
inline result<void> set_foreground_group(BorrowedFd terminal, Pid group) noexcept {
    i32 raw = group.raw();
    return detail::tty_control(terminal, abi::bits(abi::TtyRequest::SPGRP), &raw);
}

/// ioctl_tty(2) TIOCSCTTY, tier spec: makes it the controlling terminal of the caller, who leads a session without one.
/// PERM if it is another session's.
inline result<void> set_controlling_terminal(BorrowedFd terminal) noexcept {
    return detail::tty_control(terminal, abi::bits(abi::TtyRequest::SCTTY), 0);
}

}  // namespace wali::system
