// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/fd.hpp>
#include <wali/net/endpoint.hpp>
#include <wali/net/socket_option.hpp>

/// Control messages: what goes with a message beside its bytes. See cmsg(3), unix(7), ip(7), ipv6(7) and udp(7).
WALI_EXPORT namespace wali {
/// The room that one control message with so many bytes takes.
constexpr usize control_space(usize payload) noexcept { return sizeof(abi::cmsghdr) + ((payload + 7) & ~usize{7}); }
/// The room that one control message with so many descriptors takes; the kernel passes 253 at most.
constexpr usize descriptor_space(usize count) noexcept { return control_space(count * sizeof(int)); }

/// A control message: its protocol, its type there and its bytes.
struct ControlMessage {
    SocketLevel level;  ///< whose message it is
    int type;           ///< a ControlType at SocketLevel::SOCKET, else an option's number
    ConstBytes data;    ///< the bytes behind the head

    /// Whether it is of this level and type: `message.is(SocketLevel::SOCKET, abi::ControlType::RIGHTS)`.
    template <class Type>
    constexpr bool is(SocketLevel wanted, Type name) const noexcept {
        return level == wanted && type == static_cast<int>(abi::bits(name));
    }
    /// Its bytes as a value of the kernel's; nothing if there are fewer.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    std::optional<T> as() const noexcept {
        if (data.size() < sizeof(T)) return {};
        T value;
        std::memcpy(&value, data.data(), sizeof value);
        return value;
    }
};

/// The control messages in a piece of memory, one after the other, as a range. Ends where a head is cut off or says a
/// length that cannot be.
class WALI_VIEW ControlMessages {
  public:
    explicit ControlMessages(ConstBytes bytes) noexcept : bytes_(bytes) {}

    /// Goes from message to message.
    class Iterator {
      public:
        /// What std::ranges asks an iterator.
        using value_type = ControlMessage;
        using difference_type = std::ptrdiff_t;
        /// At the end.
        Iterator() noexcept = default;
        /// At the first message in `rest`.
        explicit Iterator(ConstBytes rest) noexcept : rest_(rest) { read(); }
        /// The message here.
        ControlMessage operator*() const noexcept {
            return {static_cast<SocketLevel>(head_.cmsg_level), head_.cmsg_type,
                    rest_.subspan(sizeof head_, static_cast<usize>(head_.cmsg_len) - sizeof head_)};
        }
        /// One further.
        Iterator& operator++() noexcept {
            const usize space = control_space(static_cast<usize>(head_.cmsg_len) - sizeof head_);
            rest_ = space < rest_.size() ? ConstBytes(rest_.subspan(space)) : ConstBytes();
            read();
            return *this;
        }
        Iterator operator++(int) noexcept {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        /// Whether both are at the same message; all ends are equal.
        bool operator==(const Iterator& other) const noexcept { return rest_.size() == other.rest_.size(); }

      private:
        void read() noexcept {
            if (rest_.size() >= sizeof head_) {
                std::memcpy(&head_, rest_.data(), sizeof head_);
                if (head_.cmsg_len >= sizeof head_ && head_.cmsg_len <= rest_.size()) return;
            }
            rest_ = ConstBytes();
        }

        ConstBytes rest_;
        abi::cmsghdr head_{};
    };

    /// For range-based loops.
    Iterator begin() const noexcept { return Iterator(bytes_); }
    /// Behind the last.
    static Iterator end() noexcept { return Iterator(); }

    /// The first message of a level and type.
    template <class Type>
    std::optional<ControlMessage> find(SocketLevel level, Type type) const noexcept {
        for (const ControlMessage message : *this)
            if (message.is(level, type)) return message;
        return {};
    }

  private:
    ConstBytes bytes_;
};

/// Where a datagram came in, or shall go out: see option::ip::packet_info and option::ipv6::receive_packet_info.
struct PacketInfo {
    IpAddress address;  ///< received: the packet's destination; to send: the source, or any
    u32 interface = 0;  ///< the number of the interface; to send: 0 leaves the choice to the routes
};

/// An error that came back for something sent before, from the queue of errors: see IP_RECVERR in ip(7).
struct QueuedError {
    Errno code;                        ///< what went wrong; 0 for a zero-copy completion, NOMSG for a time stamp
    abi::ErrorOrigin origin;           ///< who says so
    u8 type;                           ///< the type of the ICMP message, if it was one
    u8 detail;                         ///< its code
    u32 info;                          ///< by origin: an MTU, the first number of a range
    u32 data;                          ///< by origin: the last number of a range
    std::optional<Endpoint> offender;  ///< who sent the ICMP message; its port is 0
};

/// Control messages to send, in a buffer of OutgoingControlBuffer. Descriptors in it are borrowed: they must stay open
/// until the message is sent. An add() that does not fit fails with Errno::NOBUFS and adds nothing.
class OutgoingControl {
  public:
    OutgoingControl(const OutgoingControl&) = delete;
    OutgoingControl& operator=(const OutgoingControl&) = delete;

    /// A message of any level and type.
    template <class Type>
    result<void> add(SocketLevel level, Type type, ConstBytes data) noexcept {
        return append(level, static_cast<int>(abi::bits(type)), data);
    }
    /// SCM_RIGHTS, over Unix sockets: the receiver gets descriptors of the same open files. 253 at most (INVAL when it
    /// is sent).
    result<void> add_descriptors(std::span<const BorrowedFd> descriptors) noexcept {
        static_assert(sizeof(BorrowedFd) == sizeof(int));
        return add(SocketLevel::SOCKET, abi::ControlType::RIGHTS, wali::as_bytes(descriptors));
    }
    result<void> add_descriptor(BorrowedFd descriptor) noexcept { return add_descriptors({&descriptor, 1}); }
    /// SCM_CREDENTIALS, over Unix sockets: who sends. The kernel checks that it is so (PERM when it is sent).
    result<void> add_credentials(const PeerCredentials& credentials) noexcept {
        const abi::ucred raw{credentials.process.raw(), credentials.user.raw(), credentials.group.raw()};
        return add(SocketLevel::SOCKET, abi::ControlType::CREDENTIALS, one(raw));
    }
    /// IP_PKTINFO or IPV6_PKTINFO: the source address and the interface of a datagram.
    result<void> add_packet_info(const PacketInfo& info) noexcept;
    /// UDP_SEGMENT: the bytes are sent as datagrams of this size, the last may be shorter (Linux 4.18).
    result<void> add_segment_size(u16 size) noexcept {
        return add(SocketLevel::UDP, abi::UdpOption::SEGMENT, one(size));
    }

    /// What was added so far.
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(data_, size_); }
    /// Begins again, with nothing in it.
    void clear() noexcept { size_ = 0; }

  protected:
    OutgoingControl(std::byte* data, usize room) noexcept : data_(data), room_(room) {}
    ~OutgoingControl() = default;

  private:
    template <class T>
    static ConstBytes one(const T& value) noexcept {
        return wali::as_bytes(std::span(&value, 1));
    }
    result<void> append(SocketLevel level, int type, ConstBytes data) noexcept;

    std::byte* data_;
    usize room_;
    usize size_ = 0;
};

/// OutgoingControl with room for so many bytes: `OutgoingControlBuffer<descriptor_space(3)>`.
template <usize capacity>
class OutgoingControlBuffer : public OutgoingControl {
  public:
    OutgoingControlBuffer() noexcept : OutgoingControl(storage_, capacity) {}

  private:
    alignas(abi::cmsghdr) std::byte storage_[capacity];
};

/// Control messages that were received, in a buffer of IncomingControlBuffer. Owns the descriptors among them: those
/// that nobody takes are closed at the end and before the next message is received. All of them are close-on-exec. What
/// did not fit was dropped by the kernel, descriptors too: truncated() says so. Not for two threads at once.
class IncomingControl {
  public:
    IncomingControl(const IncomingControl&) = delete;
    IncomingControl& operator=(const IncomingControl&) = delete;

    /// MSG_CTRUNC: whether something did not fit, or descriptors could not be made (such as at the limit of them).
    bool truncated() const noexcept { return truncated_; }
    /// All messages, of any level and type. Descriptors that are seen here belong to this still.
    ControlMessages messages() const noexcept WALI_LIFETIMEBOUND {
        return ControlMessages(std::span<const std::byte>(data_, size_));
    }

    /// SCM_RIGHTS: how many descriptors are here to be taken.
    usize descriptors() const noexcept;
    /// SCM_RIGHTS: the next descriptor, in the order of sending; empty when there is none (any more).
    Fd take_descriptor() noexcept { return take(abi::ControlType::RIGHTS); }
    /// SCM_PIDFD: a descriptor of the process that sent, if option::pass_pidfd is set (Linux 6.5); else empty.
    Fd take_pidfd() noexcept { return take(abi::ControlType::PIDFD); }
    /// SCM_CREDENTIALS: who sent, if option::pass_credentials is set.
    std::optional<PeerCredentials> credentials() const noexcept;
    /// Where a datagram came in, if option::ip::packet_info or option::ipv6::receive_packet_info is set.
    std::optional<PacketInfo> packet_info() const noexcept;
    /// When the kernel got it, if option::timestamp is set.
    std::optional<RealtimeClock::time_point> timestamp() const noexcept;
    /// UDP_GRO: the size of the datagrams that were put together, if option::udp::receive_offload is set.
    std::optional<u16> segment_size() const noexcept;
    /// IP_TTL or IPV6_HOPLIMIT, if option::ip::receive_ttl or option::ipv6::receive_hop_limit is set.
    std::optional<u8> hop_limit() const noexcept;
    /// IP_TOS or IPV6_TCLASS, if option::ip::receive_tos or option::ipv6::receive_traffic_class is set.
    std::optional<u8> traffic_class() const noexcept;
    /// SO_RXQ_OVFL: how many datagrams the socket has dropped so far, if option::report_drops is set.
    std::optional<u32> drops() const noexcept;
    /// IP_RECVERR or IPV6_RECVERR: what a message from the queue of errors says.
    std::optional<QueuedError> error() const noexcept;

    /// Closes what was not taken, and forgets the rest.
    void clear() noexcept;

    /// For the raw calls: the room, and what they have filled in.
    std::byte* data() noexcept { return data_; }
    usize room() const noexcept { return room_; }
    void set_received(usize size, bool truncated) noexcept {
        size_ = size;
        truncated_ = truncated;
    }

  protected:
    IncomingControl(std::byte* data, usize room) noexcept : data_(data), room_(room) {}
    ~IncomingControl() { clear(); }

  private:
    Fd take(abi::ControlType type) noexcept;

    std::byte* data_;
    usize room_;
    usize size_ = 0;
    bool truncated_ = false;
};

/// IncomingControl with room for so many bytes: `IncomingControlBuffer<descriptor_space(3)>`.
template <usize capacity>
class IncomingControlBuffer : public IncomingControl {
  public:
    IncomingControlBuffer() noexcept : IncomingControl(storage_, capacity) {}
    ~IncomingControlBuffer() { clear(); }  // the storage ends before the base does

  private:
    alignas(abi::cmsghdr) std::byte storage_[capacity];
};

}  // namespace wali
