// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/message_queue.hpp>

#include <algorithm>

#include <wali/abi/structs/ipc.hpp>
#include <wali/core/clock.hpp>
#include <wali/sys/ipc.hpp>
#include <wali/try.hpp>

#include "same_file.hpp"

namespace wali {

namespace {

/// The kernel wants a time of the realtime clock. Where there is none to wait for, nullptr.
class RealtimeLimit {
  public:
    explicit RealtimeLimit(Deadline deadline) noexcept : never_(deadline.is_never()) {
        const Duration now = RealtimeClock::now().time_since_epoch();
        // A time that does not fit any more is as good as the last that does.
        if (!never_) time_ = to_timespec(now + std::min(deadline.remaining(), Duration::max() - now));
    }
    const abi::timespec* get() const noexcept { return never_ ? nullptr : &time_; }

  private:
    bool never_;
    abi::timespec time_{};
};

result<MessageQueue> open_queue(const IpcName& name, OpenFlags flags, Permissions permissions,
                                const abi::mq_attr* attributes) noexcept {
    return to_descriptor<MessageQueue>(Call::mq_open, sys::mq_open(name.c_str(), abi::bits(flags | OpenFlags::CLOEXEC),
                                                                   abi::bits(permissions), attributes));
}

result<FileStatus> queue_status(BorrowedFd fd) noexcept {
    return FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(fd.raw(), out); });
}

}  // namespace

result<IpcOwner<MessageQueue>> MessageQueue::create(std::string_view name, const Options& options) noexcept {
    WALI_TRY(const IpcName checked, IpcName::of(name));
    abi::mq_attr attributes{};
    attributes.mq_maxmsg = static_cast<i64>(options.messages_max);
    attributes.mq_msgsize = static_cast<i64>(options.message_size_max);
    const OpenFlags waiting = options.non_blocking ? OpenFlags::NONBLOCK : OpenFlags{};
    WALI_TRY(MessageQueue queue, open_queue(checked, OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL | waiting,
                                            options.permissions, &attributes));
    return IpcOwner<MessageQueue>(std::move(queue), checked);
}

result<MessageQueue> MessageQueue::open(std::string_view name, OpenFlags flags) noexcept {
    WALI_TRY(const IpcName checked, IpcName::of(name));
    return open_queue(checked, flags, Permissions{}, nullptr);
}

result<void> MessageQueue::remove(const IpcName& name) noexcept {
    return to_result<void>(Call::mq_unlink, sys::mq_unlink(name.c_str()));
}

result<bool> MessageQueue::has_name(const IpcName& name) const noexcept {
    const result<MessageQueue> found = open_queue(name, OpenFlags::RDONLY, Permissions{}, nullptr);
    if (found.has_error()) {
        // A queue has one name, for as long as it has a link.
        const bool nothing = found.assume_error() == Errno::NOENT;
        const result<FileStatus> own = queue_status(fd());
        if (!nothing && own.has_value() && own.assume_value().links() == 0) return false;
        return found.assume_error();
    }
    WALI_TRY(const FileStatus named, queue_status(found.assume_value()));
    return detail::is_same_file(fd(), named);
}

result<void> MessageQueue::send_until(ConstBytes message, u32 priority, Deadline deadline) const noexcept {
    const RealtimeLimit limit(deadline);
    return to_result<void>(Call::mq_timedsend,
                           sys::mq_timedsend(fd().raw(), reinterpret_cast<const char*>(message.data()), message.size(),
                                             priority, limit.get()));
}

result<MessageQueue::Received> MessageQueue::receive_until(MutableBytes buffer, Deadline deadline) const noexcept {
    const RealtimeLimit limit(deadline);
    u32 priority = 0;
    const auto size =
        to_result<usize>(Call::mq_timedreceive, sys::mq_timedreceive(fd().raw(), reinterpret_cast<char*>(buffer.data()),
                                                                     buffer.size(), &priority, limit.get()));
    if (size.has_error()) return size.assume_error();
    return Received{size.assume_value(), priority};
}

result<MessageQueue::Status> MessageQueue::status() const noexcept {
    abi::mq_attr raw{};
    WALI_TRY(to_result<void>(Call::mq_getsetattr, sys::mq_getsetattr(fd().raw(), nullptr, &raw)));
    return Status{static_cast<usize>(raw.mq_maxmsg), static_cast<usize>(raw.mq_msgsize),
                  static_cast<usize>(raw.mq_curmsgs)};
}

}  // namespace wali
