// SPDX-License-Identifier: BSL-1.0
#include <wali/net/netlink_request.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace wali {

namespace {

constexpr usize aligned(usize size) noexcept { return (size + 3) & ~usize{3}; }

/// What processes have asked for so far. Not 0, which is the number of what the kernel says of its own accord.
u32 next_sequence() noexcept {
    static constinit u32 last = 0;
    const u32 next = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return next != 0 ? next : __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

template <class Head>
Head head_at(const std::byte* place) noexcept {
    Head head;
    std::memcpy(&head, place, sizeof head);
    return head;
}

}  // namespace

void NetlinkRequest::begin(u16 type, NetlinkFlags flags, ConstBytes body) noexcept {
    const abi::nlmsghdr head{0, type, abi::bits(flags | NetlinkFlags::REQUEST), 0, 0};
    const usize size = sizeof head + aligned(body.size());
    std::fill_n(data_, size, std::byte{});
    std::memcpy(data_, &head, sizeof head);
    std::copy_n(body.data(), body.size(), data_ + sizeof head);
    set_size(size);
}

u32 NetlinkRequest::prepare(NetlinkFlags flags) noexcept {
    auto head = head_at<abi::nlmsghdr>(data_);
    head.nlmsg_flags = static_cast<u16>(head.nlmsg_flags | abi::bits(flags));
    head.nlmsg_seq = next_sequence();
    std::memcpy(data_, &head, sizeof head);
    return head.nlmsg_seq;
}

result<void> NetlinkRequest::append(u16 type, ConstBytes data, usize zeros) noexcept {
    const usize length = sizeof(abi::nlattr) + data.size() + zeros;
    if (length > std::numeric_limits<u16>::max() || aligned(length) > room_ - size_) return Errno::NOBUFS;
    const abi::nlattr head{static_cast<u16>(length), type};
    std::byte* const place = data_ + size_;
    std::fill_n(place, aligned(length), std::byte{});
    std::memcpy(place, &head, sizeof head);
    std::copy_n(data.data(), data.size(), place + sizeof head);
    set_size(size_ + aligned(length));
    return success();
}

result<void> NetlinkRequest::close_nested(usize begin) noexcept {
    const usize length = size_ - begin;
    if (length > std::numeric_limits<u16>::max()) return take_back(begin, Errno::NOBUFS);
    auto head = head_at<abi::nlattr>(data_ + begin);
    head.nla_len = static_cast<u16>(length);
    std::memcpy(data_ + begin, &head, sizeof head);
    return success();
}

Error NetlinkRequest::take_back(usize begin, Error error) noexcept {
    set_size(begin);
    return error;
}

void NetlinkRequest::set_size(usize size) noexcept {
    size_ = size;
    auto head = head_at<abi::nlmsghdr>(data_);
    head.nlmsg_len = static_cast<u32>(size);
    std::memcpy(data_, &head, sizeof head);
}

}  // namespace wali
