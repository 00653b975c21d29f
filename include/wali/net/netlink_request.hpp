// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>
#include <wali/net/ip_address.hpp>
#include <wali/net/netlink_message.hpp>

WALI_EXPORT namespace wali {
/// A message to send over netlink(7), in a buffer of NetlinkRequestBuffer: a head, a structure that its type says, and
/// attributes. An add that does not fit fails with Errno::NOBUFS and adds nothing.
class NetlinkRequest {
  public:
    NetlinkRequest(const NetlinkRequest&) = delete;
    NetlinkRequest& operator=(const NetlinkRequest&) = delete;

    /// An attribute of any bytes.
    template <class Type>
    result<void> add(Type type, ConstBytes data) noexcept {
        return append(abi::bits(type), data);
    }
    /// An attribute that is a number, or a structure of the kernel's.
    template <class Type, class T>
        requires std::is_trivially_copyable_v<T>
    result<void> add_value(Type type, const T& value) noexcept {
        return add(type, wali::as_bytes(std::span(&value, 1)));
    }
    /// An attribute that is a text: a NUL goes behind it.
    template <class Type>
    result<void> add_text(Type type, std::string_view text) noexcept {
        return append(abi::bits(type), text, 1);
    }
    /// An attribute that is an address.
    template <class Type>
    result<void> add_ip_address(Type type, const IpAddress& address) noexcept {
        return add(type, wali::as_bytes(address.bytes()));
    }
    /// An attribute that is made of others: those that `fill()` adds to this. It returns a result<void>; its error
    /// takes the attribute back.
    template <class Type, class Function>
    result<void> add_nested(Type type, Function&& fill) noexcept {
        const usize begin = size_;
        result<void> added =
            append(static_cast<u16>(abi::bits(type) | abi::bits(abi::NetlinkAttributeFlags::NESTED)), ConstBytes());
        if (added.has_value()) added = fill();
        return added.has_value() ? close_nested(begin) : take_back(begin, added.assume_error());
    }

    /// The whole message.
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(data_, size_); }

    /// For who sends it: gives it a number by which answers are known, different from that of every other request of
    /// this process, and further flags. Returns the number.
    u32 prepare(NetlinkFlags flags) noexcept;

  protected:
    NetlinkRequest(std::byte* data, usize room) noexcept : data_(data), room_(room) {}
    ~NetlinkRequest() = default;
    /// Begins it. There must be room.
    void begin(u16 type, NetlinkFlags flags, ConstBytes body) noexcept;

  private:
    result<void> append(u16 type, ConstBytes data, usize zeros = 0) noexcept;
    result<void> close_nested(usize begin) noexcept;
    Error take_back(usize begin, Error error) noexcept;
    void set_size(usize size) noexcept;

    std::byte* data_;
    usize room_;
    usize size_ = 0;
};

/// NetlinkRequest with room for so many bytes, attributes included:
///
///     wali::abi::ifinfomsg link{};
///     link.ifi_index = 1;
///     wali::NetlinkRequestBuffer<256> request(wali::abi::RouteMessageType::GETLINK, {}, link);
template <usize capacity>
class NetlinkRequestBuffer : public NetlinkRequest {
  public:
    /// A message of a type, which begins with the structure `body`. `flags`: DUMP, or for objects to make CREATE, EXCL,
    /// REPLACE, APPEND; REQUEST and ACK are set by who sends it.
    template <class Type, class Body>
        requires std::is_trivially_copyable_v<Body>
    NetlinkRequestBuffer(Type type, NetlinkFlags flags, const Body& body) noexcept
        : NetlinkRequest(storage_, capacity) {
        static_assert(sizeof(abi::nlmsghdr) + ((sizeof(Body) + 3) & ~usize{3}) <= capacity);
        begin(abi::bits(type), flags, wali::as_bytes(std::span(&body, 1)));
    }

  private:
    alignas(abi::nlmsghdr) std::byte storage_[capacity];
};

}  // namespace wali
