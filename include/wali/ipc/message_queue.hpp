// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/ipc/ipc_name.hpp>
#include <wali/ipc/ipc_owner.hpp>

WALI_EXPORT namespace wali {
using abi::OpenFlags;

/// A POSIX message queue, which has a name: see mq_overview(7). Messages come whole, those of the highest priority
/// first, among these the oldest. IN is ready for Epoll while there are messages, OUT while there is room. EINTR comes
/// back as Errno::INTR; on a non-blocking one Errno::AGAIN means that the call would have waited. Threads may share it;
/// everything is async-signal-safe.
class MessageQueue : public Descriptor<MessageQueue> {
  public:
    /// By what others find it.
    using Name = IpcName;

    MessageQueue() noexcept = default;

    /// What a new queue is like. Without CAP_SYS_RESOURCE the numbers are at most those in /proc/sys/fs/mqueue.
    struct Options {
        usize messages_max = 10;        ///< how many wait at most
        usize message_size_max = 8192;  ///< how long one is at most, in bytes
        Permissions permissions = Permissions::RUSR | Permissions::WUSR;
        bool non_blocking = false;
    };

    /// mq_open(3), tier named: a new queue, for sending and receiving, which is removed with what this returns. Errors:
    /// EXIST, INVAL (a name that cannot be, or too large), ACCES, NOSPC, MFILE.
    static result<IpcOwner<MessageQueue>> create(std::string_view name, const Options& options) noexcept;
    static result<IpcOwner<MessageQueue>> create(std::string_view name) noexcept { return create(name, Options()); }

    /// mq_open(3), tier named: one that is there. `flags`: RDONLY, WRONLY or RDWR, and NONBLOCK. Errors: NOENT, ACCES.
    static result<MessageQueue> open(std::string_view name, OpenFlags flags = OpenFlags::RDWR) noexcept;

    /// mq_unlink(3), tier named: takes the name away; the queue goes with its last descriptor. Errors: NOENT, ACCES.
    static result<void> remove(const IpcName& name) noexcept;

    /// mq_open(3), tier named, and fstat(2), tier spec: whether this queue is what others find by the name. Errors:
    /// NOENT (nothing is); ACCES, MFILE: it cannot be told, but this queue has a name, which is the one that it was
    /// made with.
    result<bool> has_name(const IpcName& name) const noexcept;

    /// mq_send(3), tier named: waits while the queue is full. Priorities are below 32768. Errors: MSGSIZE, INVAL,
    /// AGAIN, INTR, BADF (not open for sending).
    result<void> send(ConstBytes message, u32 priority = 0) const noexcept {
        return send_until(message, priority, Deadline::never());
    }
    /// The same until a point in time: TIMEDOUT. Who sets the realtime clock meanwhile moves that.
    result<void> send_until(ConstBytes message, u32 priority, Deadline deadline) const noexcept;

    /// A message that was received.
    struct Received {
        usize size;
        u32 priority;
    };
    /// mq_receive(3), tier named: takes the next message, and waits while there is none. Errors: MSGSIZE (the buffer is
    /// smaller than the queue's longest message could be), AGAIN, INTR, BADF.
    result<Received> receive(MutableBytes buffer) const noexcept { return receive_until(buffer, Deadline::never()); }
    /// The same until a point in time: TIMEDOUT. Who sets the realtime clock meanwhile moves that.
    result<Received> receive_until(MutableBytes buffer, Deadline deadline) const noexcept;

    /// How a queue is.
    struct Status {
        usize messages_max;      ///< how many wait at most
        usize message_size_max;  ///< how long one is at most, in bytes
        usize messages;          ///< how many wait
    };
    /// mq_getsetattr(2), tier named.
    result<Status> status() const noexcept;
};

}  // namespace wali
