// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>
#include <wali/net/ip_address.hpp>

/// What netlink(7) sends, read where it lies. Nothing here makes a call or copies more than a head, and whatever the
/// bytes are, nothing is read outside of them.
WALI_EXPORT namespace wali {
using abi::NetlinkFlags;

/// Records one behind the other in a piece of memory, as a range: messages, their attributes, the next hops of a route.
/// Each has a head with its length, and begins at a multiple of 4 bytes. Ends where a head is cut off or says a length
/// that cannot be.
template <class Record>
class WALI_VIEW NetlinkRecords {
  public:
    NetlinkRecords() noexcept = default;
    explicit NetlinkRecords(ConstBytes bytes) noexcept : bytes_(bytes) {}

    /// Goes from record to record.
    class Iterator {
      public:
        /// What std::ranges asks an iterator.
        using value_type = Record;
        using difference_type = std::ptrdiff_t;
        /// At the end.
        Iterator() noexcept = default;
        /// At the first record in `rest`.
        explicit Iterator(ConstBytes rest) noexcept : rest_(rest), length_(length_at(rest)) {}
        /// The record here.
        Record operator*() const noexcept {
            return Record(head_at(rest_), rest_.subspan(sizeof(Head), length_ - sizeof(Head)));
        }
        /// One further.
        Iterator& operator++() noexcept { return *this = Iterator(behind(rest_, length_)); }
        Iterator operator++(int) noexcept {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        /// Whether both are at the same record; all ends are equal.
        bool operator==(const Iterator& other) const noexcept {
            return length_ == other.length_ && (length_ == 0 || rest_.data() == other.rest_.data());
        }

      private:
        ConstBytes rest_;
        usize length_ = 0;  // of the record here, with its head; 0 at the end
    };

    /// For range-based loops.
    Iterator begin() const noexcept { return Iterator(bytes_); }
    /// Behind the last.
    static Iterator end() noexcept { return Iterator(); }

    /// Whether the records are all that there is: false where a head is cut off or says a length that cannot be.
    bool is_whole() const noexcept {
        ConstBytes rest = bytes_;
        while (const usize length = length_at(rest)) rest = behind(rest, length);
        return rest.empty();
    }

  private:
    using Head = typename Record::Head;  // NOLINT(readability-redundant-typename): Clang 14 needs it

    static Head head_at(ConstBytes rest) noexcept {
        Head head;
        std::memcpy(&head, rest.data(), sizeof head);
        return head;
    }
    static usize length_at(ConstBytes rest) noexcept {
        if (rest.size() < sizeof(Head)) return 0;
        const usize length = Record::length(head_at(rest));
        return length >= sizeof(Head) && length <= rest.size() ? length : 0;
    }
    static ConstBytes behind(ConstBytes rest, usize length) noexcept {
        const usize space = (length + 3) & ~usize{3};
        return space < rest.size() ? ConstBytes(rest.subspan(space)) : ConstBytes();
    }

    ConstBytes bytes_;
};

class NetlinkAttributes;

/// An attribute: its type, and bytes that have a meaning by that. Views the memory of its message.
class WALI_VIEW NetlinkAttribute {
  public:
    /// For NetlinkRecords: the head, and the length in it.
    using Head = abi::nlattr;
    static constexpr usize length(const Head& head) noexcept { return head.nla_len; }
    NetlinkAttribute(const Head& head, ConstBytes data) noexcept : type_(head.nla_type), data_(data) {}

    /// Its type, without the flags of NetlinkAttributeFlags.
    constexpr u16 type() const noexcept {
        return static_cast<u16>(
            type_ & ~abi::bits(abi::NetlinkAttributeFlags::NESTED | abi::NetlinkAttributeFlags::NET_BYTEORDER));
    }
    /// Whether it is of this type: `attribute.is(abi::LinkAttribute::MTU)`.
    template <class Type>
    constexpr bool is(Type wanted) const noexcept {
        return type() == abi::bits(wanted);
    }

    /// The bytes behind the head.
    ConstBytes data() const noexcept { return data_; }
    /// Its bytes as a value of the kernel's; nothing if there are fewer.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    std::optional<T> as() const noexcept {
        if (data_.size() < sizeof(T)) return {};
        T value;
        std::memcpy(&value, data_.data(), sizeof value);
        return value;
    }
    /// Its bytes as text, up to a NUL.
    std::string_view text() const noexcept {
        const std::string_view text = as_text(data_);
        return text.substr(0, text.find('\0'));
    }
    /// Its bytes as an IP address: 4 or 16 of them, else nothing.
    std::optional<IpAddress> ip_address() const noexcept {
        if (const auto v4 = as<std::array<u8, 4>>(); v4 && data_.size() == v4->size()) return IpAddress::v4(*v4);
        if (const auto v6 = as<std::array<u8, 16>>(); v6 && data_.size() == v6->size()) return IpAddress::v6(*v6);
        return {};
    }
    /// The attributes that it is made of.
    NetlinkAttributes attributes() const noexcept;

  private:
    u16 type_;
    ConstBytes data_;
};

/// The attributes of a message, or of an attribute that is made of some.
class WALI_VIEW NetlinkAttributes : public NetlinkRecords<NetlinkAttribute> {
  public:
    using NetlinkRecords::NetlinkRecords;

    /// The first of a type.
    template <class Type>
    std::optional<NetlinkAttribute> find(Type type) const noexcept {
        for (const NetlinkAttribute attribute : *this)
            if (attribute.is(type)) return attribute;
        return {};
    }
    /// The first of a type as a value of the kernel's.
    template <class T, class Type>
    std::optional<T> find_as(Type type) const noexcept {
        const auto found = find(type);
        return found ? found->template as<T>() : std::nullopt;
    }
    /// The first of a type as text, an empty one if there is none.
    template <class Type>
    std::string_view find_text(Type type) const noexcept {
        const auto found = find(type);
        return found ? found->text() : std::string_view();
    }
    /// The first of a type as an IP address.
    template <class Type>
    std::optional<IpAddress> find_ip_address(Type type) const noexcept {
        const auto found = find(type);
        return found ? found->ip_address() : std::nullopt;
    }
};

inline NetlinkAttributes NetlinkAttribute::attributes() const noexcept { return NetlinkAttributes(data_); }

/// A message: what it is about, and its bytes, which begin with a structure that its type says. Views the memory that
/// it was received in.
class WALI_VIEW NetlinkMessage {
  public:
    /// For NetlinkRecords: the head, and the length in it.
    using Head = abi::nlmsghdr;
    static constexpr usize length(const Head& head) noexcept { return head.nlmsg_len; }
    NetlinkMessage(const Head& head, ConstBytes payload) noexcept : head_(head), payload_(payload) {}

    /// A RouteMessageType or a NetlinkMessageType, by the protocol.
    constexpr u16 type() const noexcept { return head_.nlmsg_type; }
    /// Whether it is of this type: `message.is(abi::RouteMessageType::NEWLINK)`.
    template <class Type>
    constexpr bool is(Type wanted) const noexcept {
        return type() == abi::bits(wanted);
    }
    /// What else it says about itself.
    constexpr NetlinkFlags flags() const noexcept { return static_cast<NetlinkFlags>(head_.nlmsg_flags); }
    /// The number of the request that it answers, and the port of who made that; of the kernel's own accord both are 0.
    constexpr u32 sequence() const noexcept { return head_.nlmsg_seq; }
    constexpr u32 port() const noexcept { return head_.nlmsg_pid; }

    /// The bytes behind the head.
    ConstBytes payload() const noexcept { return payload_; }
    /// The structure that they begin with; nothing if there are fewer bytes.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    std::optional<T> body() const noexcept {
        if (payload_.size() < sizeof(T)) return {};
        T value;
        std::memcpy(&value, payload_.data(), sizeof value);
        return value;
    }
    /// The attributes behind that structure.
    template <class T>
    NetlinkAttributes attributes() const noexcept {
        constexpr usize space = (sizeof(T) + 3) & ~usize{3};
        return payload_.size() <= space ? NetlinkAttributes() : NetlinkAttributes(payload_.subspan(space));
    }

    /// Of NetlinkMessageType::ERROR and DONE: how the request ended. PROTO for a message that says nothing of that
    /// kind.
    result<void> outcome() const noexcept;

  private:
    Head head_;
    ConstBytes payload_;
};

/// The messages of one datagram.
using NetlinkMessages = NetlinkRecords<NetlinkMessage>;

}  // namespace wali
