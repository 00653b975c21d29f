// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>
#include <utility>

#include <wali/abi/constants/aio.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/wait_status.hpp>
#include <wali/fs/extended_status.hpp>
#include <wali/net/message.hpp>
#include <wali/net/socket_address.hpp>
#include <wali/uring/direct_descriptor.hpp>
#include <wali/uring/io_buffer.hpp>
#include <wali/uring/io_buffer_vector.hpp>
#include <wali/uring/io_control.hpp>
#include <wali/uring/provided_buffer.hpp>

WALI_EXPORT namespace wali {
namespace detail {
/// What the result of an operation is.
enum class IoKind : u8 {
    NOTHING,
    SIZE,
    NUMBER,
    DESCRIPTOR,
    DIRECT,
    MADE_DIRECT,
    STATUS,
    EVENTS,
    TIMER,
    CLOSED,
    CHILD,
    RECEIVED,
    ACCEPTED,
    MESSAGE
};
}  // namespace detail

/// What has happened to a child: IoUring::wait_child. What it has used is not told here: ask process::wait for that.
struct IoChildChange {
    Pid child;
    Uid user;  ///< its real user
    WaitStatus status;
};

/// An operation of an IoUring whose completions give a T. A number, not an address: it stays valid, and is that of no
/// other operation, until 2^32 others have been in the same place.
template <class T>
class IoKey {
  public:
    constexpr IoKey() noexcept = default;
    /// Whether both are of the same operation.
    constexpr bool operator==(const IoKey&) const noexcept = default;

  private:
    friend class IoUring;
    friend class IoCompletion;
    explicit constexpr IoKey(u64 bits) noexcept : bits_(bits) {}
    u64 bits_ = ~u64{0};
};

/// What the kernel says of an operation, and everything that the operation owned and the program did not take yet: that
/// is freed or closed when this ends. Move-only.
class [[nodiscard]] IoCompletion {
  public:
    /// Of nothing.
    IoCompletion() noexcept = default;

    /// The number that the program chose: IoOptions::index, or that of a message.
    u32 index() const noexcept { return index_; }
    /// Whether it belongs to this operation.
    template <class T>
    bool is_for(IoKey<T> key) const noexcept {
        return key_ == key.bits_;
    }
    /// Whether more completions of the operation follow: of one with `multishot` in its name, which goes on, or of
    /// send_zero_copy(), whose buffer is still in use.
    bool has_more() const noexcept { return contains(flags(), abi::IoUringCompletionFlags::MORE); }
    /// Whether it is the second one of send_zero_copy(): the kernel no longer uses the buffer, which comes with it.
    bool is_notification() const noexcept { return contains(flags(), abi::IoUringCompletionFlags::NOTIF); }
    /// Whether a socket had more to receive than came with this.
    bool has_more_data() const noexcept { return contains(flags(), abi::IoUringCompletionFlags::SOCK_NONEMPTY); }
    /// Whether it is a message of another ring, and its value: IoUring::send_message.
    bool is_message() const noexcept { return kind_ == detail::IoKind::MESSAGE; }
    u32 message() const noexcept { return static_cast<u32>(result_); }

    /// The result, as the operation's IoKey names it: void (whatever the operation), usize, File, Socket, ... Its error
    /// names the call that does the same. Errors of all operations: CANCELED (IoUring::cancel, or an earlier one of a
    /// chain failed), TIMEDOUT (IoOptions::timeout). What can be owned is moved out: ask once. A descriptor is given to
    /// any type that owns one, as from_fd() of that type does: a TcpStream, which accept() has made, or an Fd. Nothing
    /// looks whether it is one: a File made of a socket fails with the first call that files alone have. Another type
    /// than the operation's is a mistake of the program: it traps.
    template <class T>
    result<T> get() noexcept;
    /// The same, for an operation that this must belong to.
    template <class T>
    result<T> get(IoKey<T> key) noexcept {
        if (!is_for(key)) [[unlikely]]
            __builtin_trap();
        return get<T>();
    }

    /// The buffer that was moved into the operation: with its last completion, also when it failed. Empty otherwise.
    IoBuffer take_buffer() noexcept { return std::move(buffer_); }
    /// The same for the buffers of a vectored operation.
    IoBufferVector take_buffers() noexcept { return std::move(buffers_); }
    /// The same for the control messages of receive_message(): descriptors that nobody takes are closed when this ends.
    IoControl take_control() noexcept { return std::move(control_); }
    /// What was received, of an operation with an IoBufferGroup. Empty if nothing was.
    ProvidedBuffer take_provided_buffer() noexcept { return std::move(provided_); }
    /// What a message of IoUring::send_direct() has opened in this ring's table. Empty otherwise.
    DirectDescriptor take_direct() noexcept { return is_message() ? std::move(direct_) : DirectDescriptor(); }
    /// Who has sent or connected, after receive_from(), receive_message() and accept_from().
    SocketAddress address() const noexcept;
    /// What the kernel says about what it has received, after receive_from() and receive_message(): TRUNC (a datagram
    /// was longer than its room), CTRUNC (control messages were), EOR.
    MessageFlags message_flags() const noexcept;

  private:
    friend struct detail::IoRing;
    constexpr abi::IoUringCompletionFlags flags() const noexcept {
        return static_cast<abi::IoUringCompletionFlags>(flags_);
    }
    template <class T>
    static constexpr bool is_descriptor = std::is_same_v<T, Fd> || std::is_base_of_v<Descriptor<T>, T>;
    template <class T>
    constexpr bool gives() const noexcept;

    u64 key_ = ~u64{0} - 1;
    u32 index_ = 0;
    i32 result_ = 0;
    u32 flags_ = 0;
    Call call_ = Call::none;
    detail::IoKind kind_ = detail::IoKind::NOTHING;
    Fd descriptor_;
    DirectDescriptor direct_;
    IoBuffer buffer_;
    IoBuffer memory_;  // what else the kernel has written
    IoBufferVector buffers_;
    IoControl control_;
    ProvidedBuffer provided_;
};

template <class T>
constexpr bool IoCompletion::gives() const noexcept {
    using detail::IoKind;
    if constexpr (std::is_void_v<T>)
        return true;
    else if constexpr (std::is_same_v<T, usize>)
        return kind_ == IoKind::SIZE || kind_ == IoKind::RECEIVED;
    else if constexpr (std::is_same_v<T, i32>)
        return kind_ == IoKind::NUMBER;
    else if constexpr (std::is_same_v<T, DirectDescriptor>)
        return kind_ == IoKind::DIRECT || kind_ == IoKind::MADE_DIRECT;
    else if constexpr (std::is_same_v<T, ExtendedStatus>)
        return kind_ == IoKind::STATUS;
    else if constexpr (std::is_same_v<T, IoChildChange>)
        return kind_ == IoKind::CHILD;
    else if constexpr (std::is_same_v<T, abi::EpollEvents>)
        return kind_ == IoKind::EVENTS;
    else
        return kind_ == IoKind::DESCRIPTOR || kind_ == IoKind::ACCEPTED;
}

template <class T>
result<T> IoCompletion::get() noexcept {
    if (!gives<T>()) [[unlikely]]
        __builtin_trap();
    if (result_ < 0) return Error::of_raw(call_, result_);
    if constexpr (std::is_void_v<T>)
        return success();
    else if constexpr (std::is_same_v<T, DirectDescriptor>)
        return std::move(direct_);
    else if constexpr (std::is_same_v<T, ExtendedStatus>)
        return ExtendedStatus(*reinterpret_cast<const abi::statx*>(memory_.bytes().data()));
    else if constexpr (std::is_same_v<T, IoChildChange>) {
        const auto& info = *reinterpret_cast<const abi::siginfo_chld*>(memory_.bytes().data());
        return IoChildChange{Pid(info.pid), Uid(info.uid), WaitStatus::from_info(info)};
    } else if constexpr (std::is_same_v<T, Fd>)
        return std::move(descriptor_);
    else if constexpr (is_descriptor<T>)
        return T::from_fd(std::move(descriptor_));
    else
        return static_cast<T>(result_);
}

}  // namespace wali
