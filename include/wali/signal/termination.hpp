// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/core/duration.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>

WALI_EXPORT namespace wali { class Termination; }  // namespace wali

WALI_EXPORT namespace wali::signal {
/// From now on these signals do not end the process, but make the returned object readable: the one line that a service
/// has in main().
///
///     WALI_TRY(const wali::Termination termination, wali::signal::on_termination());
///
/// getpid(2), eventfd2(2) and sigaction(2), after an error also sched_yield(2), tier spec. There is one at a time for
/// the process: Errno::BUSY while another lives. A handler writes to the descriptor; no signal is blocked, so threads
/// that were started before are served as well, and children are as they always are. A forked copy is ended by these
/// signals. Calls that wait go on (SA_RESTART), but for those that never do, such as Epoll::wait: they answer
/// Errno::INTR.
result<Termination> on_termination(const SignalSet& signals) noexcept;
/// For SIGTERM, which managers send, and SIGINT, which Ctrl-C sends.
result<Termination> on_termination() noexcept;
}  // namespace wali::signal

WALI_EXPORT namespace wali {
/// That the process was asked to end: see signal::on_termination. Readable for Epoll and poll from the first signal on,
/// for all who look, and for good. When it ends, the signals do again what they did before. Move-only; threads may
/// share it.
class [[nodiscard]] Termination {
  public:
    Termination(Termination&&) noexcept = default;
    Termination& operator=(Termination&&) = delete;
    ~Termination();

    /// A view that must not outlive this.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND { return fd_; }
    operator BorrowedFd() const noexcept WALI_LIFETIMEBOUND { return fd_; }

    /// The first of the signals that came; nothing as long as none has. Async-signal-safe.
    std::optional<Signal> requested() const noexcept;

    /// ppoll(2), tier spec: waits for one of the signals, and says which. EINTR is retried and does not lengthen the
    /// wait. Errors: TIMEDOUT; CANCELED in a forked copy, whose descriptor is the parent's, when the parent was asked.
    result<Signal> wait(Timeout timeout = forever()) const noexcept;

  private:
    friend result<Termination> signal::on_termination(const SignalSet& signals) noexcept;
    explicit Termination(Fd fd) noexcept : fd_(static_cast<Fd&&>(fd)) {}
    Fd fd_;
};

}  // namespace wali
