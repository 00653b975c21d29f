// SPDX-License-Identifier: BSL-1.0
#include <wali/net/control_message.hpp>

namespace wali {

namespace {

constexpr SocketLevel ip = SocketLevel::IP;
constexpr SocketLevel ipv6 = SocketLevel::IPV6;
using abi::ControlType;
using abi::IpOption;
using abi::Ipv6Option;

/// The value of the first message of a level and type.
template <class T, class Type>
std::optional<T> value_of(const ControlMessages& messages, SocketLevel level, Type type) noexcept {
    const auto message = messages.find(level, type);
    return message ? message->template as<T>() : std::nullopt;
}

/// The kernel writes these as an int, those of IPv4's TOS as one byte.
template <class Type>
std::optional<u8> byte_of(const ControlMessages& messages, SocketLevel level, Type type) noexcept {
    if (const auto number = value_of<int>(messages, level, type)) return static_cast<u8>(*number);
    return value_of<u8>(messages, level, type);
}

IpAddress v4_of(const u32& network_order) noexcept {
    std::array<u8, 4> bytes;
    std::memcpy(bytes.data(), &network_order, bytes.size());
    return IpAddress::v4(bytes);
}

/// Calls `visit(number)` with a reference to each descriptor of a kind in received control messages, until it returns
/// false. All have to be found, or they leak: the kernel may end the last message in the middle of its padding.
template <class Visit>
void each_descriptor(std::byte* data, const ControlMessages& messages, ControlType type, Visit&& visit) noexcept {
    for (const ControlMessage message : messages) {
        if (!message.is(SocketLevel::SOCKET, type)) continue;
        std::byte* at = data + (message.data.data() - data);
        for (usize i = 0; i < message.data.size() / sizeof(int); ++i) {
            int number = -1;
            std::memcpy(&number, at + i * sizeof number, sizeof number);
            const bool more = visit(number);
            std::memcpy(at + i * sizeof number, &number, sizeof number);
            if (!more) return;
        }
    }
}

}  // namespace

result<void> OutgoingControl::append(SocketLevel level, int type, ConstBytes data) noexcept {
    const usize space = control_space(data.size());
    if (space > room_ - size_) return Errno::NOBUFS;
    const abi::cmsghdr head{sizeof(abi::cmsghdr) + data.size(), abi::bits(level), type};
    std::memset(data_ + size_, 0, space);
    std::memcpy(data_ + size_, &head, sizeof head);
    if (!data.empty()) std::memcpy(data_ + size_ + sizeof head, data.data(), data.size());
    size_ += space;
    return success();
}

result<void> OutgoingControl::add_packet_info(const PacketInfo& info) noexcept {
    if (info.address.is_v4()) {
        abi::in_pktinfo raw{static_cast<i32>(info.interface), 0, 0};
        std::memcpy(&raw.ipi_spec_dst, info.address.bytes().data(), sizeof raw.ipi_spec_dst);
        return add(ip, IpOption::PKTINFO, one(raw));
    }
    abi::in6_pktinfo raw{{}, info.interface};
    std::memcpy(raw.ipi6_addr, info.address.bytes().data(), sizeof raw.ipi6_addr);
    return add(ipv6, Ipv6Option::PKTINFO, one(raw));
}

usize IncomingControl::descriptors() const noexcept {
    usize count = 0;
    each_descriptor(data_, messages(), ControlType::RIGHTS, [&](int number) noexcept {
        if (number >= 0) ++count;
        return true;
    });
    return count;
}

Fd IncomingControl::take(ControlType type) noexcept {
    Fd taken;
    each_descriptor(data_, messages(), type, [&](int& number) noexcept {
        taken = Fd::from_raw(std::exchange(number, -1));
        return !taken;
    });
    return taken;
}

void IncomingControl::clear() noexcept {
    for (const ControlType type : {ControlType::RIGHTS, ControlType::PIDFD})
        each_descriptor(data_, messages(), type, [](int& number) noexcept {
            const Fd closed = Fd::from_raw(std::exchange(number, -1));
            return true;
        });
    set_received(0, false);
}

std::optional<PeerCredentials> IncomingControl::credentials() const noexcept {
    const auto raw = value_of<abi::ucred>(messages(), SocketLevel::SOCKET, ControlType::CREDENTIALS);
    if (!raw) return {};
    return detail::CredentialsCodec::decode(*raw);
}

std::optional<PacketInfo> IncomingControl::packet_info() const noexcept {
    if (const auto raw = value_of<abi::in_pktinfo>(messages(), ip, IpOption::PKTINFO))
        return PacketInfo{v4_of(raw->ipi_addr), static_cast<u32>(raw->ipi_ifindex)};
    if (const auto raw = value_of<abi::in6_pktinfo>(messages(), ipv6, Ipv6Option::PKTINFO)) {
        std::array<u8, 16> bytes;
        std::memcpy(bytes.data(), raw->ipi6_addr, bytes.size());
        return PacketInfo{IpAddress::v6(bytes), raw->ipi6_ifindex};
    }
    return {};
}

std::optional<RealtimeClock::time_point> IncomingControl::timestamp() const noexcept {
    const auto raw = value_of<abi::timespec>(messages(), SocketLevel::SOCKET, ControlType::TIMESTAMPNS);
    if (!raw) return {};
    return RealtimeClock::time_point(from_timespec(*raw));
}

std::optional<u16> IncomingControl::segment_size() const noexcept {
    const auto size = value_of<int>(messages(), SocketLevel::UDP, abi::UdpOption::GRO);
    if (!size) return {};
    return static_cast<u16>(*size);
}

std::optional<u8> IncomingControl::hop_limit() const noexcept {
    if (const auto limit = byte_of(messages(), ip, IpOption::TTL)) return limit;
    return byte_of(messages(), ipv6, Ipv6Option::HOPLIMIT);
}

std::optional<u8> IncomingControl::traffic_class() const noexcept {
    if (const auto traffic = byte_of(messages(), ip, IpOption::TOS)) return traffic;
    return byte_of(messages(), ipv6, Ipv6Option::TCLASS);
}

std::optional<u32> IncomingControl::drops() const noexcept {
    return value_of<u32>(messages(), SocketLevel::SOCKET, abi::SocketOption::RXQ_OVFL);
}

std::optional<QueuedError> IncomingControl::error() const noexcept {
    auto message = messages().find(ip, IpOption::RECVERR);
    if (!message) message = messages().find(ipv6, Ipv6Option::RECVERR);
    if (!message) return {};
    const auto raw = message->as<abi::sock_extended_err>();
    if (!raw) return {};
    QueuedError error{static_cast<Errno>(raw->ee_errno),
                      static_cast<abi::ErrorOrigin>(raw->ee_origin),
                      raw->ee_type,
                      raw->ee_code,
                      raw->ee_info,
                      raw->ee_data,
                      {}};
    // The offender's address follows; AF_UNSPEC when nobody is known.
    const ConstBytes rest = message->data.subspan(sizeof *raw);
    SocketAddress offender;
    const usize size = rest.size() < SocketAddress::capacity ? rest.size() : SocketAddress::capacity;
    std::memcpy(offender.out(), rest.data(), size);
    offender.set_size(static_cast<u32>(size));
    if (const auto endpoint = Endpoint::from(offender)) error.offender = endpoint.assume_value();
    return error;
}

}  // namespace wali
