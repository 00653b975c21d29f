// SPDX-License-Identifier: BSL-1.0
#include <wali/process/child.hpp>

#include <array>
#include <atomic>

#include <wali/abi/constants/event.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/signal.hpp>
#include <wali/try.hpp>

#include "detached_child.hpp"

namespace wali {
namespace {

// A stack that threads push to, and take as a whole: so no element is seen by two.
constinit std::atomic<wali::detail::DetachedChild*> detached_children = nullptr;

void push_detached(wali::detail::DetachedChild* child) noexcept {
    child->next = detached_children.load(std::memory_order_relaxed);
    while (!detached_children.compare_exchange_weak(child->next, child, std::memory_order_release,
                                                    std::memory_order_relaxed)) {
    }
}

/// Keeps SIGPIPE from this thread, and takes away the one that a write of ours has raised.
class SigpipeGuard {
  public:
    SigpipeGuard() noexcept {
        SignalSet pending;
        sys::rt_sigpending(pending.out(), sizeof(abi::sigset_t));
        was_pending_ = pending.contains(Signal::PIPE);
        sys::rt_sigprocmask(abi::bits(abi::SigprocmaskHow::BLOCK), sigpipe_.raw(), before_.out(),
                            sizeof(abi::sigset_t));
    }
    SigpipeGuard(const SigpipeGuard&) = delete;
    SigpipeGuard& operator=(const SigpipeGuard&) = delete;
    ~SigpipeGuard() {
        const abi::timespec now{};
        if (!was_pending_) sys::rt_sigtimedwait(sigpipe_.raw(), nullptr, &now, sizeof(abi::sigset_t));
        sys::rt_sigprocmask(abi::bits(abi::SigprocmaskHow::SETMASK), before_.raw(), nullptr, sizeof(abi::sigset_t));
    }

  private:
    SignalSet sigpipe_{Signal::PIPE};
    SignalSet before_;
    bool was_pending_ = false;
};

/// One output of the child on its way into a buffer.
class Capturing {
  public:
    Capturing(File& file, std::span<std::byte> room) noexcept : file_(file), room_(room) {}

    ConstBytes bytes() const noexcept { return room_.first(size_); }
    bool truncated() const noexcept { return truncated_; }

    /// One read, and the file is closed at its end. Returns how much came.
    result<usize> read_some() noexcept {
        std::array<std::byte, 4096> dropped;
        const bool full = size_ == room_.size();
        const result<usize> count = file_.read(full ? std::span<std::byte>(dropped) : room_.subspan(size_));
        if (count.has_error()) {
            if (count.assume_error() == Errno::AGAIN || count.assume_error() == Errno::INTR) return usize{0};
            return count;
        }
        if (count.assume_value() == 0) {
            (void)file_.close();
        } else if (full) {
            truncated_ = true;
        } else {
            size_ += count.assume_value();
        }
        return count;
    }

    /// What is in the pipe now, and no more: others may go on writing.
    result<void> read_rest() noexcept {
        int left = 0;
        if (file_)
            WALI_TRY(
                to_result<void>(Call::ioctl, sys::ioctl(file_.fd().raw(), abi::bits(abi::FdRequest::NREAD), &left)));
        while (left > 0) {
            WALI_TRY(const usize count, read_some());
            if (count == 0) break;
            left -= static_cast<int>(count);
        }
        (void)file_.close();
        return success();
    }

  private:
    File& file_;
    std::span<std::byte> room_;
    usize size_ = 0;
    bool truncated_ = false;
};

/// Writes some of `bytes`, takes that from them, and closes the file when none are left or nobody reads.
result<void> feed(File& file, ConstBytes& bytes) noexcept {
    const result<usize> count = bytes.empty() ? result<usize>(usize{0}) : file.write(bytes);
    if (count.has_error()) {
        if (count.assume_error() == Errno::AGAIN || count.assume_error() == Errno::INTR) return success();
        (void)file.close();
        if (count.assume_error() == Errno::PIPE) return success();
        return count.assume_error();
    }
    bytes = bytes.subspan(count.assume_value());
    if (bytes.empty()) (void)file.close();
    return success();
}

abi::pollfd watch(const File& file, abi::PollEvents events) noexcept {
    return {file.fd().raw(), abi::bits(events), 0};  // poll(2) leaves out what is -1
}

}  // namespace

Child::Child(Child&& other) noexcept
    : id_(other.id_),
      pid_fd_(std::move(other.pid_fd_)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      error_(std::move(other.error_)),
      terminal_(std::move(other.terminal_)),
      record_(std::exchange(other.record_, nullptr)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        leave();
        id_ = other.id_;
        pid_fd_ = std::move(other.pid_fd_);
        input_ = std::move(other.input_);
        output_ = std::move(other.output_);
        error_ = std::move(other.error_);
        terminal_ = std::move(other.terminal_);
        record_ = std::exchange(other.record_, nullptr);
        status_ = std::exchange(other.status_, std::nullopt);
    }
    return *this;
}

Child::~Child() { leave(); }

void Child::leave() noexcept {
    if (record_ == nullptr) return;
    wali::detail::DetachedChild* const record = std::exchange(record_, nullptr);
    record->pid_fd = std::move(pid_fd_);
    push_detached(record);
    process::reap_detached_children();
}

result<WaitStatus> Child::ended(const result<WaitStatus>& waited) noexcept {
    if (waited.has_value()) {
        status_ = waited.assume_value();
        pid_fd_ = PidFd();
        delete std::exchange(record_, nullptr);
    }
    return waited;
}

result<WaitStatus> Child::wait() noexcept { return wait(forever()); }

result<WaitStatus> Child::wait(Timeout timeout) noexcept {
    if (status_) return *status_;
    if (record_ == nullptr) return Error(Errno::CHILD, Call::waitid);
    if (input_) (void)input_.close();
    return ended(timeout == forever() ? pid_fd_.wait() : pid_fd_.wait(timeout));
}

result<std::optional<WaitStatus>> Child::try_wait() noexcept {
    if (status_) return status_;
    if (record_ == nullptr) return Error(Errno::CHILD, Call::waitid);
    const auto waited = pid_fd_.try_wait();
    if (waited.has_value() && waited.assume_value()) (void)ended(*waited.assume_value());
    return waited;
}

result<void> Child::send_signal(Signal signal) const noexcept {
    if (record_ == nullptr) return Error(Errno::SRCH, Call::pidfd_send_signal);
    return pid_fd_.send_signal(signal);
}

result<WaitStatus> Child::stop(Timeout grace) noexcept {
    if (status_) return *status_;
    const auto send = [&](Signal signal) noexcept -> result<void> {
        const result<void> sent = send_signal(signal);
        if (sent.has_error() && sent.assume_error() == Errno::SRCH) return success();  // waiting says more
        return sent;
    };
    WALI_TRY(send(Signal::TERM));
    const auto deadline = deadline_after(grace);
    const result<WaitStatus> waited = retry_interrupted([&]() noexcept { return wait_until(deadline); });
    if (waited.has_value() || waited.assume_error() != Errno::TIMEDOUT) return waited;
    WALI_TRY(send(Signal::KILL));
    return retry_interrupted([&]() noexcept { return wait(); });
}

result<Captured> Child::capture(MutableBytes output, MutableBytes error, const CaptureOptions& options) noexcept {
    const auto deadline = deadline_after(options.timeout);
    const SigpipeGuard guard;
    Capturing outputs[] = {{output_, output}, {error_, error}};
    ConstBytes input = options.input;
    for (const File* const file : {&input_, &output_, &error_})
        if (*file) WALI_TRY(file->set_non_blocking(true));
    while (pid_fd_) {
        if (input_ && input.empty()) (void)input_.close();
        std::array<abi::pollfd, 4> entries{{{pid_fd_.fd().raw(), abi::bits(abi::PollEvents::IN), 0},
                                            watch(input_, abi::PollEvents::OUT),
                                            watch(output_, abi::PollEvents::IN),
                                            watch(error_, abi::PollEvents::IN)}};
        const Duration left = time_until(deadline);
        abi::timespec time = to_timespec(left);
        // When the time has passed only the end counts: streams that are always ready would go on for ever.
        const usize count = left == Duration::zero() ? 1 : entries.size();
        const long raw =
            sys::ppoll(entries.data(), count, left == forever() ? nullptr : &time, nullptr, sizeof(abi::sigset_t));
        if (raw == 0) return Error(Errno::TIMEDOUT, Call::ppoll);
        if (is_error(raw)) {
            const Error failed = Error::of_raw(Call::ppoll, raw);
            if (failed == Errno::INTR) continue;
            return failed;
        }
        if (entries[1].revents != 0) WALI_TRY(feed(input_, input));
        for (usize i = 0; i < 2; ++i)
            if (entries[i + 2].revents != 0) WALI_TRY(outputs[i].read_some());
        if (entries[0].revents != 0) break;
    }
    for (Capturing& each : outputs) WALI_TRY(each.read_rest());
    WALI_TRY(const WaitStatus status, retry_interrupted([&]() noexcept { return wait(); }));
    return Captured{status, outputs[0].bytes(), outputs[1].bytes(), outputs[0].truncated(), outputs[1].truncated()};
}

namespace process {

usize reap_detached_children() noexcept {
    usize left = 0;
    wali::detail::DetachedChild* child = detached_children.exchange(nullptr, std::memory_order_acquire);
    while (child != nullptr) {
        wali::detail::DetachedChild* const next = child->next;
        const auto status = child->pid_fd.try_wait();
        if (status.has_value() && !status.assume_value()) {
            push_detached(child);
            ++left;
        } else {
            delete child;  // it has ended, or is none of ours: somebody has waited for it, or we are a forked copy
        }
        child = next;
    }
    return left;
}

}  // namespace process
}  // namespace wali
