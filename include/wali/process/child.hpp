// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <utility>

#include <wali/abi/constants/signal.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/wait_status.hpp>
#include <wali/event/pid_fd.hpp>
#include <wali/fs/file.hpp>

WALI_EXPORT namespace wali {
struct Command;
namespace detail {
struct DetachedChild;
}

/// What Child::capture is given besides room for the output.
struct CaptureOptions {
    ConstBytes input{};           ///< written to the child's standard input, which is then closed
    Timeout timeout = forever();  ///< for all of it
};

/// What a child has written, and how it ended. The bytes are in the caller's buffers.
struct Captured {
    WaitStatus status;
    ConstBytes output;
    ConstBytes error;
    bool output_truncated;  ///< the child wrote more than there was room for; the rest was read and dropped
    bool error_truncated;
};

/// A child process that a Command has started: by its descriptor, so no other process is ever meant. Move-only.
///
/// When a Child ends before the process that it stands for has, the process goes on, as with every other language's
/// standard library; but no zombie is left: what has ended is taken out of the process table when the next Command
/// starts, the next Child ends or reap_detached_children() is called. Whoever wants the process to end calls stop().
///
/// Where SIGCHLD is ignored, or has SA_NOCLDWAIT, the kernel tells of no child how it has ended: wait(), stop() and
/// capture() are Errno::CHILD then, and how much capture() has read is not told either.
///
/// A forked copy of this process has no children: there, waiting is Errno::CHILD and the end of a Child does nothing. A
/// Child is for one thread at a time. The ends of pipes are close-on-exec.
class [[nodiscard]] Child {
  public:
    /// Stands for no process.
    Child() noexcept = default;
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    /// Whether it stands for a process, which may have ended.
    explicit operator bool() const noexcept { return record_ != nullptr || status_; }
    /// Its number. When it has ended and was waited for, the number may be another process's.
    Pid id() const noexcept { return id_; }
    /// Readable for Epoll when the process has ended; empty after that was waited for.
    const PidFd& pid_fd() const noexcept WALI_LIFETIMEBOUND { return pid_fd_; }

    /// Our ends of the streams that the Command made pipes: the child reads what is written to input(), and meets its
    /// end when that is closed. Empty for other streams.
    File& input() noexcept WALI_LIFETIMEBOUND { return input_; }
    File& output() noexcept WALI_LIFETIMEBOUND { return output_; }
    File& error() noexcept WALI_LIFETIMEBOUND { return error_; }
    /// Our end of the pseudo-terminal that streams of the child are. Reading is Errno::IO when the child has closed it.
    File& terminal() noexcept WALI_LIFETIMEBOUND { return terminal_; }

    /// waitid(2), tier named: waits until the process has ended, and says how; again, too. Closes input() first, as a
    /// child that reads to the end would wait for us. Output that nobody reads may stop the child: see capture().
    /// Errors: INTR, CHILD (somebody else has waited for it).
    result<WaitStatus> wait() noexcept;
    /// The same no longer than `timeout`: then Errno::TIMEDOUT, and the child goes on.
    result<WaitStatus> wait(Timeout timeout) noexcept;
    /// The same until a point in time.
    result<WaitStatus> wait_until(Deadline deadline) noexcept { return wait(deadline.remaining()); }
    /// The same without waiting: nothing while the process runs. input() stays open.
    result<std::optional<WaitStatus>> try_wait() noexcept;

    /// pidfd_send_signal(2), tier named. Errors: SRCH (it has ended and was waited for), PERM.
    result<void> send_signal(Signal signal) const noexcept;
    /// SIGKILL, which the process cannot refuse.
    result<void> kill() const noexcept { return send_signal(Signal::KILL); }

    /// Ends the process: SIGTERM, and SIGKILL if it has not ended after `grace`. Closes input(), waits for the end and
    /// says how it came. EINTR is retried and does not lengthen the wait. Errors: CHILD, PERM.
    result<WaitStatus> stop(Timeout grace) noexcept;

    /// ppoll(2), read(2) and write(2), tier spec, waitid(2), tier named, and others: writes the input and reads both
    /// outputs at once, so that neither side waits for the other, until the child has ended and what it has written is
    /// read; what others write to its streams later is not waited for. A stream that is no pipe is left out. Allocates
    /// nothing; EINTR is retried and does not lengthen the wait; a child that does not read its input raises no
    /// SIGPIPE. Errors: TIMEDOUT (the child goes on, and our ends of its pipes are non-blocking from now on), CHILD,
    /// and those of read(2) and write(2).
    result<Captured> capture(MutableBytes output, MutableBytes error, const CaptureOptions& options) noexcept;
    result<Captured> capture(MutableBytes output, MutableBytes error) noexcept {
        return capture(output, error, CaptureOptions());
    }

  private:
    friend struct Command;

    result<WaitStatus> ended(const result<WaitStatus>& waited) noexcept;
    void leave() noexcept;

    Pid id_{0};
    PidFd pid_fd_;
    File input_;
    File output_;
    File error_;
    File terminal_;
    detail::DetachedChild* record_ = nullptr;  // made at the start, so that the end needs no memory
    std::optional<WaitStatus> status_;
};
}  // namespace wali

WALI_EXPORT namespace wali::process {
/// waitid(2) with P_PIDFD, tier named: takes those processes whose Child is gone, and which have ended since, out of
/// the process table, and returns how many still run. Threads may call it at once.
usize reap_detached_children() noexcept;

}  // namespace wali::process
