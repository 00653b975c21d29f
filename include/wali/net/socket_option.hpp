// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/net/ip_address.hpp>

WALI_EXPORT namespace wali {
using abi::SocketLevel;
using abi::SocketType;

/// Who is at the other end of a Unix socket: credentials at the time of its connect or listen.
struct PeerCredentials {
    Pid process;
    Uid user;
    Gid group;
};

/// The short name of an interface or of an algorithm, as options have it: a value of 16 bytes.
class ShortName {
  public:
    /// The longest name, in bytes.
    static constexpr usize size_max = 15;

    constexpr ShortName() noexcept = default;
    /// A text that is too long becomes "/", a name that nothing has: the kernel refuses it.
    constexpr ShortName(std::string_view name) noexcept {
        if (name.size() > size_max) name = "/";
        for (usize i = 0; i < name.size(); ++i) text_[i] = name[i];
    }
    constexpr ShortName(const char* name) noexcept : ShortName(std::string_view(name)) {}

    /// The name.
    constexpr std::string_view text() const noexcept WALI_LIFETIMEBOUND {
        return std::string_view(text_, size_max).substr(0, std::string_view(text_, size_max).find('\0'));
    }
    /// Whether both are the same name.
    friend constexpr bool operator==(const ShortName& a, const ShortName& b) noexcept { return a.text() == b.text(); }

  private:
    char text_[size_max + 1] = {};
};

/// What the kernel knows about a TCP connection: the fields of tcp_info, and those with a unit as durations. An older
/// kernel fills in a part, the rest is 0.
struct TcpInfo : abi::tcp_info {
    /// Where the connection is in its life.
    constexpr abi::TcpState state() const noexcept { return static_cast<abi::TcpState>(tcpi_state); }
    /// The smoothed time to the peer and back, how much it varies, and the least that was seen.
    constexpr Duration round_trip() const noexcept { return std::chrono::microseconds(tcpi_rtt); }
    constexpr Duration round_trip_variation() const noexcept { return std::chrono::microseconds(tcpi_rttvar); }
    constexpr Duration round_trip_least() const noexcept { return std::chrono::microseconds(tcpi_min_rtt); }
    /// How long the kernel waits for an acknowledgement before it sends again.
    constexpr Duration retransmit_timeout() const noexcept { return std::chrono::microseconds(tcpi_rto); }
    /// How long ago data was sent and received.
    constexpr Duration since_sent() const noexcept { return std::chrono::milliseconds(tcpi_last_data_sent); }
    constexpr Duration since_received() const noexcept { return std::chrono::milliseconds(tcpi_last_data_recv); }
};

/// An option with its value, ready for Socket::set: `option::tcp::no_delay(true)`.
template <class Raw>
struct SocketSetting {
    SocketLevel level;
    int name;
    Raw raw;
};

/// What SocketOptions are made of: how a value is written for a program and for the kernel.
namespace detail {
/// A number that the kernel takes as it is; bool is 0 or 1.
template <class Value>
struct NumberCodec {
    using Raw = int;
    static constexpr Raw encode(Value value) noexcept { return static_cast<Raw>(value); }
    static constexpr Value decode(Raw raw) noexcept { return static_cast<Value>(raw); }
};

/// How a value is passed: a duration of any unit, saturated.
template <class Value>
struct Parameter {
    using type = Value;
};
template <>
struct Parameter<Duration> {
    using type = Timeout;
};
template <>
struct Parameter<std::optional<std::chrono::seconds>> {
    using type = std::optional<Timeout>;
};
template <class Value>
using ParameterOf = typename Parameter<Value>::type;  // NOLINT(readability-redundant-typename): Clang 14 needs it

/// `time` in units of `Unit`, of which it is at least 1 and at most `most`: rounded up, so that no timeout comes early.
template <class Unit>
constexpr int to_units(Duration time, int most) noexcept {
    const auto count = std::chrono::ceil<Unit>(time).count();
    return count < 1 ? 1 : count > most ? most : static_cast<int>(count);
}

/// A timeout of which 0 means to the kernel that there is none: that is forever() here, and a time that has passed is
/// the shortest there is.
template <class Unit>
struct TimeCodec {
    using Raw = int;
    static constexpr Raw encode(Timeout time) noexcept {
        return time.duration() == forever() ? 0 : to_units<Unit>(time.duration(), 0x7fffffff);
    }
    static constexpr Duration decode(Raw raw) noexcept { return raw == 0 ? forever() : Duration(Unit(raw)); }
};

/// Seconds between probes, of which the kernel takes 1 to 32767 (MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL).
struct ProbeCodec {
    using Raw = int;
    static constexpr Raw encode(Timeout time) noexcept {
        return to_units<std::chrono::seconds>(time.duration(), 32767);
    }
    static constexpr Duration decode(Raw raw) noexcept { return std::chrono::seconds(raw); }
};

/// A descriptor that the kernel makes for the asker, who owns it. Close-on-exec.
struct DescriptorCodec {
    using Raw = int;
    static constexpr Fd decode(Raw raw) noexcept { return Fd::from_raw(raw); }
};

struct TimevalCodec {
    using Raw = abi::timeval;
    static constexpr Raw encode(Timeout time) noexcept {
        if (time.duration() == forever()) return {0, 0};
        const i64 rounded = std::chrono::ceil<std::chrono::microseconds>(time.duration()).count();
        const i64 count = rounded < 1 ? 1 : rounded;
        return {count / 1'000'000, count % 1'000'000};
    }
    static constexpr Duration decode(const Raw& raw) noexcept {
        const Duration time = from_timespec({raw.tv_sec, raw.tv_usec * 1000});
        return time == Duration::zero() ? forever() : time;
    }
};

struct LingerCodec {
    using Raw = abi::linger;
    static constexpr Raw encode(std::optional<Timeout> time) noexcept {
        if (!time) return {0, 0};
        return {
            1, time->duration() <= Duration::zero() ? 0 : to_units<std::chrono::seconds>(time->duration(), 0x7fffffff)};
    }
    static constexpr std::optional<std::chrono::seconds> decode(const Raw& raw) noexcept {
        if (raw.l_onoff == 0) return {};
        return std::chrono::seconds(raw.l_linger);
    }
};

struct CredentialsCodec {
    using Raw = abi::ucred;
    static constexpr PeerCredentials decode(const Raw& raw) noexcept {
        return {Pid(raw.pid), Uid(raw.uid), Gid(raw.gid)};
    }
};

/// A value that is as the kernel has it.
template <class Struct>
struct StructCodec {
    using Raw = Struct;
    static constexpr Struct encode(const Struct& value) noexcept { return value; }
    static constexpr Struct decode(const Raw& raw) noexcept { return raw; }
};

/// The groups of both versions of IP are joined in the same way, at the level of the group.
inline abi::sockaddr_storage storage_of(const IpAddress& address) noexcept {
    abi::sockaddr_storage storage{};
    if (address.is_v4()) {
        abi::sockaddr_in raw{};
        raw.sin_family = static_cast<u16>(abi::bits(abi::AddressFamily::INET));
        std::memcpy(&raw.sin_addr, address.bytes().data(), sizeof raw.sin_addr);
        std::memcpy(&storage, &raw, sizeof raw);
    } else {
        abi::sockaddr_in6 raw{};
        raw.sin6_family = static_cast<u16>(abi::bits(abi::AddressFamily::INET6));
        std::memcpy(raw.sin6_addr, address.bytes().data(), sizeof raw.sin6_addr);
        std::memcpy(&storage, &raw, sizeof raw);
    }
    return storage;
}
constexpr SocketLevel level_of(const IpAddress& address) noexcept {
    return address.is_v6() ? SocketLevel::IPV6 : SocketLevel::IP;
}
inline SocketSetting<abi::group_req> group(abi::MulticastOption what, const IpAddress& group, u32 interface) noexcept {
    return {level_of(group), abi::bits(what), {interface, 0, storage_of(group)}};
}
inline SocketSetting<abi::group_source_req> group_source(abi::MulticastOption what, const IpAddress& group,
                                                         const IpAddress& source, u32 interface) noexcept {
    return {level_of(group), abi::bits(what), {interface, 0, storage_of(group), storage_of(source)}};
}
}  // namespace detail

/// An option of a socket that can only be read: its level, number and the type of its value.
template <class Value, class Codec = detail::NumberCodec<Value>>
class ReadOnlySocketOption {
  public:
    /// The kernel's type of the value.
    using Raw = typename Codec::Raw;  // NOLINT(readability-redundant-typename): Clang 14 needs it
    constexpr ReadOnlySocketOption(SocketLevel level, int name) noexcept : level_(level), name_(name) {}
    template <class Name>
    constexpr ReadOnlySocketOption(SocketLevel level, Name name) noexcept
        : ReadOnlySocketOption(level, static_cast<int>(abi::bits(name))) {}

    /// Where getsockopt(2) finds it: level and number.
    constexpr SocketLevel level() const noexcept { return level_; }
    constexpr int name() const noexcept { return name_; }
    /// The value of what the kernel returned.
    static constexpr Value decode(const Raw& raw) noexcept { return Codec::decode(raw); }

  private:
    SocketLevel level_;
    int name_;
};

/// An option of a socket. Options that are not below are made in the same way, with their level and number.
template <class Value, class Codec = detail::NumberCodec<Value>>
class SocketOption : public ReadOnlySocketOption<Value, Codec> {
  public:
    using ReadOnlySocketOption<Value, Codec>::ReadOnlySocketOption;
    /// The option with a value, for Socket::set.
    constexpr SocketSetting<typename Codec::Raw> operator()(detail::ParameterOf<Value> value) const noexcept {
        return {this->level(), this->name(), Codec::encode(value)};
    }
};

/// The options of socket(7): `socket.set(option::keep_alive(true))`, `socket.get(option::keep_alive)`. A class and no
/// namespace, because Clang takes variables for redefined where a file imports and includes them, members not.
struct option {
    /// SO_REUSEADDR: bind although old connections linger.
    static constexpr SocketOption<bool> reuse_address{SocketLevel::SOCKET, abi::SocketOption::REUSEADDR};
    /// SO_REUSEPORT: several sockets share the port.
    static constexpr SocketOption<bool> reuse_port{SocketLevel::SOCKET, abi::SocketOption::REUSEPORT};
    /// SO_KEEPALIVE: asks an idle peer whether it is still there.
    static constexpr SocketOption<bool> keep_alive{SocketLevel::SOCKET, abi::SocketOption::KEEPALIVE};
    /// SO_BROADCAST: may send to broadcast addresses.
    static constexpr SocketOption<bool> broadcast{SocketLevel::SOCKET, abi::SocketOption::BROADCAST};
    /// SO_SNDBUF and SO_RCVBUF in bytes; the kernel doubles what it is given and caps it.
    static constexpr SocketOption<int> send_buffer{SocketLevel::SOCKET, abi::SocketOption::SNDBUF};
    static constexpr SocketOption<int> receive_buffer{SocketLevel::SOCKET, abi::SocketOption::RCVBUF};
    /// SO_SNDTIMEO and SO_RCVTIMEO: how long a blocking call waits before Errno::AGAIN; forever() is the default, and
    /// 0 and less the shortest time there is.
    static constexpr SocketOption<Duration, detail::TimevalCodec> send_timeout{SocketLevel::SOCKET,
                                                                               abi::SocketOption::SNDTIMEO};
    static constexpr SocketOption<Duration, detail::TimevalCodec> receive_timeout{SocketLevel::SOCKET,
                                                                                  abi::SocketOption::RCVTIMEO};
    /// SO_LINGER: how long close() waits for unsent data, in seconds, rounded up; 0 resets the connection, nothing
    /// restores the default.
    static constexpr SocketOption<std::optional<std::chrono::seconds>, detail::LingerCodec> linger{
        SocketLevel::SOCKET, abi::SocketOption::LINGER};
    /// SO_TYPE.
    static constexpr ReadOnlySocketOption<SocketType> type{SocketLevel::SOCKET, abi::SocketOption::TYPE};
    /// SO_ACCEPTCONN: whether it listens.
    static constexpr ReadOnlySocketOption<bool> listening{SocketLevel::SOCKET, abi::SocketOption::ACCEPTCONN};
    /// SO_PEERCRED of unix(7).
    static constexpr ReadOnlySocketOption<PeerCredentials, detail::CredentialsCodec> peer_credentials{
        SocketLevel::SOCKET, abi::SocketOption::PEERCRED};
    /// SO_PROTOCOL: an IpProtocol, of a socket over IP.
    static constexpr ReadOnlySocketOption<int> protocol{SocketLevel::SOCKET, abi::SocketOption::PROTOCOL};
    /// SO_DOMAIN: the address family.
    static constexpr ReadOnlySocketOption<abi::AddressFamily> domain{SocketLevel::SOCKET, abi::SocketOption::DOMAIN};
    /// SO_PEERPIDFD: a descriptor of the process at the other end of a Unix socket, which no other process can take the
    /// place of (Linux 6.5; NODATA when there is no peer, SRCH when it has gone).
    static constexpr ReadOnlySocketOption<Fd, detail::DescriptorCodec> peer_pidfd{SocketLevel::SOCKET,
                                                                                  abi::SocketOption::PEERPIDFD};
    /// SO_PASSCRED: what comes over a Unix socket says who sent it. See IncomingControl::credentials.
    static constexpr SocketOption<bool> pass_credentials{SocketLevel::SOCKET, abi::SocketOption::PASSCRED};
    /// SO_PASSPIDFD: and brings a descriptor of that process (Linux 6.5). See IncomingControl::take_pidfd.
    static constexpr SocketOption<bool> pass_pidfd{SocketLevel::SOCKET, abi::SocketOption::PASSPIDFD};
    /// SO_TIMESTAMPNS: what is received says when. See IncomingControl::timestamp.
    static constexpr SocketOption<bool> timestamp{SocketLevel::SOCKET, abi::SocketOption::TIMESTAMPNS};
    /// SO_RXQ_OVFL: what is received says how many datagrams did not fit the buffer. See IncomingControl::drops.
    static constexpr SocketOption<bool> report_drops{SocketLevel::SOCKET, abi::SocketOption::RXQ_OVFL};
    /// SO_ZEROCOPY: allows MessageFlags::ZEROCOPY. See Socket::receive_completion.
    static constexpr SocketOption<bool> zero_copy{SocketLevel::SOCKET, abi::SocketOption::ZEROCOPY};
    /// SO_OOBINLINE: urgent data stays among the rest.
    static constexpr SocketOption<bool> inline_urgent{SocketLevel::SOCKET, abi::SocketOption::OOBINLINE};
    /// SO_DONTROUTE: only to hosts that are directly connected.
    static constexpr SocketOption<bool> do_not_route{SocketLevel::SOCKET, abi::SocketOption::DONTROUTE};
    /// SO_PRIORITY: of its packets in the queues of interfaces; from 0 to 6 without privileges.
    static constexpr SocketOption<int> priority{SocketLevel::SOCKET, abi::SocketOption::PRIORITY};
    /// SO_MARK: a number for routing and filters. PERM without CAP_NET_ADMIN or CAP_NET_RAW.
    static constexpr SocketOption<u32> mark{SocketLevel::SOCKET, abi::SocketOption::MARK};
    /// SO_RCVLOWAT: how many bytes must be there before a receive returns and the socket is readable.
    static constexpr SocketOption<int> receive_low_water{SocketLevel::SOCKET, abi::SocketOption::RCVLOWAT};
    /// SO_PEEK_OFF: where the next MessageFlags::PEEK begins; -1 for always at the front.
    static constexpr SocketOption<int> peek_offset{SocketLevel::SOCKET, abi::SocketOption::PEEK_OFF};
    /// SO_BUSY_POLL: how many microseconds a receive polls the device before it sleeps.
    static constexpr SocketOption<int> busy_poll{SocketLevel::SOCKET, abi::SocketOption::BUSY_POLL};
    /// SO_INCOMING_CPU: the processor that handles its packets; set on the sockets of an option::reuse_port group, each
    /// gets the connections of its own (Linux 6.1).
    static constexpr SocketOption<int> incoming_cpu{SocketLevel::SOCKET, abi::SocketOption::INCOMING_CPU};
    /// SO_COOKIE: a number that no other socket of this machine has had since it started.
    static constexpr ReadOnlySocketOption<u64, detail::StructCodec<u64>> cookie{SocketLevel::SOCKET,
                                                                                abi::SocketOption::COOKIE};
    /// SO_MAX_PACING_RATE: the most bytes per second that are sent; all ones for no limit.
    static constexpr SocketOption<u64, detail::StructCodec<u64>> pacing_rate_max{SocketLevel::SOCKET,
                                                                                 abi::SocketOption::MAX_PACING_RATE};
    /// SO_BINDTODEVICE: packets of this interface only; an empty name for all. NODEV_ if there is none of that name.
    static constexpr SocketOption<ShortName, detail::StructCodec<ShortName>> bind_to_device{
        SocketLevel::SOCKET, abi::SocketOption::BINDTODEVICE};
    /// SO_BINDTOIFINDEX: the same by number; 0 for all.
    static constexpr SocketOption<int> bind_to_interface{SocketLevel::SOCKET, abi::SocketOption::BINDTOIFINDEX};

    /// MCAST_JOIN_GROUP and MCAST_LEAVE_GROUP: takes datagrams to a multicast group of IPv4 or IPv6 from an interface,
    /// or with 0 from the one that the routes choose. Errors: ADDRINUSE (joined already), ADDRNOTAVAIL (not joined),
    /// NODEV_.
    static SocketSetting<abi::group_req> join_group(const IpAddress& group, u32 interface = 0) noexcept {
        return detail::group(abi::MulticastOption::JOIN_GROUP, group, interface);
    }
    static SocketSetting<abi::group_req> leave_group(const IpAddress& group, u32 interface = 0) noexcept {
        return detail::group(abi::MulticastOption::LEAVE_GROUP, group, interface);
    }
    /// MCAST_JOIN_SOURCE_GROUP and MCAST_LEAVE_SOURCE_GROUP: the same, for what one sender sends.
    static SocketSetting<abi::group_source_req> join_source_group(const IpAddress& group, const IpAddress& source,
                                                                  u32 interface = 0) noexcept {
        return detail::group_source(abi::MulticastOption::JOIN_SOURCE_GROUP, group, source, interface);
    }
    static SocketSetting<abi::group_source_req> leave_source_group(const IpAddress& group, const IpAddress& source,
                                                                   u32 interface = 0) noexcept {
        return detail::group_source(abi::MulticastOption::LEAVE_SOURCE_GROUP, group, source, interface);
    }

    /// The options of tcp(7).
    struct tcp {
        /// TCP_NODELAY: small pieces are sent at once.
        static constexpr SocketOption<bool> no_delay{SocketLevel::TCP, abi::TcpOption::NODELAY};
        /// TCP_CORK: only full segments are sent, until it is off again.
        static constexpr SocketOption<bool> cork{SocketLevel::TCP, abi::TcpOption::CORK};
        /// TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT: when a peer is asked first, how often then, and how many times. Of
        /// the times, any that is longer than the kernel's longest of 32767 s, such as forever(), is that; who never
        /// wants to ask leaves keep_alive off.
        static constexpr SocketOption<Duration, detail::ProbeCodec> keep_idle{SocketLevel::TCP,
                                                                              abi::TcpOption::KEEPIDLE};
        static constexpr SocketOption<Duration, detail::ProbeCodec> keep_interval{SocketLevel::TCP,
                                                                                  abi::TcpOption::KEEPINTVL};
        static constexpr SocketOption<int> keep_count{SocketLevel::TCP, abi::TcpOption::KEEPCNT};
        /// TCP_USER_TIMEOUT: how long sent data may stay unanswered before the connection ends; forever() is the
        /// system's default.
        static constexpr SocketOption<Duration, detail::TimeCodec<std::chrono::milliseconds>> user_timeout{
            SocketLevel::TCP, abi::TcpOption::USER_TIMEOUT};
        /// TCP_QUICKACK: acknowledges at once; the kernel clears it again.
        static constexpr SocketOption<bool> quick_acknowledge{SocketLevel::TCP, abi::TcpOption::QUICKACK};
        /// TCP_DEFER_ACCEPT: a listener wakes when data has come, or that long after the connection.
        static constexpr SocketOption<Duration, detail::TimeCodec<std::chrono::seconds>> defer_accept{
            SocketLevel::TCP, abi::TcpOption::DEFER_ACCEPT};
        /// TCP_FASTOPEN: how many connections that began with data a listener keeps waiting.
        static constexpr SocketOption<int> fast_open_queue{SocketLevel::TCP, abi::TcpOption::FASTOPEN};
        /// TCP_FASTOPEN_CONNECT: connect() returns at once, the first send makes the connection.
        static constexpr SocketOption<bool> fast_open_connect{SocketLevel::TCP, abi::TcpOption::FASTOPEN_CONNECT};
        /// TCP_MAXSEG: the largest segment, before connect().
        static constexpr SocketOption<int> segment_size_max{SocketLevel::TCP, abi::TcpOption::MAXSEG};
        /// TCP_SYNCNT: how often connect() asks again before it gives up.
        static constexpr SocketOption<int> connect_attempts{SocketLevel::TCP, abi::TcpOption::SYNCNT};
        /// TCP_NOTSENT_LOWAT: writable only while fewer bytes than this are not sent yet.
        static constexpr SocketOption<int> not_sent_low_water{SocketLevel::TCP, abi::TcpOption::NOTSENT_LOWAT};
        /// TCP_WINDOW_CLAMP: the largest window that is offered to the peer, in bytes.
        static constexpr SocketOption<int> window_clamp{SocketLevel::TCP, abi::TcpOption::WINDOW_CLAMP};
        /// TCP_CONGESTION: the name of the algorithm, such as "cubic". NOENT if there is none of that name.
        static constexpr SocketOption<ShortName, detail::StructCodec<ShortName>> congestion{SocketLevel::TCP,
                                                                                            abi::TcpOption::CONGESTION};
        /// TCP_INFO: what the kernel knows about the connection.
        static constexpr ReadOnlySocketOption<TcpInfo, detail::StructCodec<TcpInfo>> info{SocketLevel::TCP,
                                                                                          abi::TcpOption::INFO};
    };

    /// The options of udp(7).
    struct udp {
        /// UDP_CORK: what is sent becomes one datagram when it is off again.
        static constexpr SocketOption<bool> cork{SocketLevel::UDP, abi::UdpOption::CORK};
        /// UDP_SEGMENT: what is sent is cut into datagrams of this size; 0 for no cutting (Linux 4.18). For one
        /// message, see OutgoingControl::add_segment_size.
        static constexpr SocketOption<int> segment_size{SocketLevel::UDP, abi::UdpOption::SEGMENT};
        /// UDP_GRO: datagrams of one sender come put together (Linux 5.0). See IncomingControl::segment_size.
        static constexpr SocketOption<bool> receive_offload{SocketLevel::UDP, abi::UdpOption::GRO};
    };

    /// The options of ip(7).
    struct ip {
        /// IP_TTL: how many routers a packet may pass, from 1 to 255; -1 for the default.
        static constexpr SocketOption<int> ttl{SocketLevel::IP, abi::IpOption::TTL};
        /// IP_TOS: the class of traffic (DSCP in the upper six bits).
        static constexpr SocketOption<int> tos{SocketLevel::IP, abi::IpOption::TOS};
        /// IP_PKTINFO: datagrams say where they came in. See IncomingControl::packet_info.
        static constexpr SocketOption<bool> packet_info{SocketLevel::IP, abi::IpOption::PKTINFO};
        /// IP_RECVTTL and IP_RECVTOS: they say these. See IncomingControl::hop_limit and traffic_class.
        static constexpr SocketOption<bool> receive_ttl{SocketLevel::IP, abi::IpOption::RECVTTL};
        static constexpr SocketOption<bool> receive_tos{SocketLevel::IP, abi::IpOption::RECVTOS};
        /// IP_RECVERR: errors that come back are kept in the queue of errors. See IncomingControl::error.
        static constexpr SocketOption<bool> receive_errors{SocketLevel::IP, abi::IpOption::RECVERR};
        /// IP_MTU_DISCOVER: whether packets may be fragmented.
        static constexpr SocketOption<abi::IpMtuDiscover> mtu_discover{SocketLevel::IP, abi::IpOption::MTU_DISCOVER};
        /// IP_MTU: of the path to the peer; NOTCONN without one.
        static constexpr ReadOnlySocketOption<int> mtu{SocketLevel::IP, abi::IpOption::MTU};
        /// IP_FREEBIND: may bind to an address that is not this machine's (yet).
        static constexpr SocketOption<bool> free_bind{SocketLevel::IP, abi::IpOption::FREEBIND};
        /// IP_TRANSPARENT: for proxies. PERM without CAP_NET_ADMIN or CAP_NET_RAW.
        static constexpr SocketOption<bool> transparent{SocketLevel::IP, abi::IpOption::TRANSPARENT};
        /// IP_BIND_ADDRESS_NO_PORT: bind() to port 0 leaves the choice of the port to connect().
        static constexpr SocketOption<bool> bind_without_port{SocketLevel::IP, abi::IpOption::BIND_ADDRESS_NO_PORT};
        /// IP_HDRINCL: a raw socket's bytes begin with the IP header.
        static constexpr SocketOption<bool> header_included{SocketLevel::IP, abi::IpOption::HDRINCL};
        /// IP_MULTICAST_TTL and IP_MULTICAST_LOOP: how far packets to groups go, and whether this machine gets them
        /// too.
        static constexpr SocketOption<int> multicast_ttl{SocketLevel::IP, abi::IpOption::MULTICAST_TTL};
        static constexpr SocketOption<bool> multicast_loop{SocketLevel::IP, abi::IpOption::MULTICAST_LOOP};
        /// IP_MULTICAST_ALL: takes what other sockets have joined, too; on by default.
        static constexpr SocketOption<bool> multicast_all{SocketLevel::IP, abi::IpOption::MULTICAST_ALL};
    };

    /// The options of ipv6(7).
    struct ipv6 {
        /// IPV6_V6ONLY, before bind(): takes no IPv4 connections.
        static constexpr SocketOption<bool> only{SocketLevel::IPV6, abi::Ipv6Option::V6ONLY};
        /// IPV6_UNICAST_HOPS: how many routers a packet may pass, from 0 to 255; -1 for the default.
        static constexpr SocketOption<int> hop_limit{SocketLevel::IPV6, abi::Ipv6Option::UNICAST_HOPS};
        /// IPV6_TCLASS: the class of traffic (DSCP in the upper six bits).
        static constexpr SocketOption<int> traffic_class{SocketLevel::IPV6, abi::Ipv6Option::TCLASS};
        /// IPV6_RECVPKTINFO: datagrams say where they came in. See IncomingControl::packet_info.
        static constexpr SocketOption<bool> receive_packet_info{SocketLevel::IPV6, abi::Ipv6Option::RECVPKTINFO};
        /// IPV6_RECVHOPLIMIT and IPV6_RECVTCLASS: they say these. See IncomingControl::hop_limit and traffic_class.
        static constexpr SocketOption<bool> receive_hop_limit{SocketLevel::IPV6, abi::Ipv6Option::RECVHOPLIMIT};
        static constexpr SocketOption<bool> receive_traffic_class{SocketLevel::IPV6, abi::Ipv6Option::RECVTCLASS};
        /// IPV6_RECVERR: errors that come back are kept in the queue of errors. See IncomingControl::error.
        static constexpr SocketOption<bool> receive_errors{SocketLevel::IPV6, abi::Ipv6Option::RECVERR};
        /// IPV6_MTU_DISCOVER: whether packets may be fragmented.
        static constexpr SocketOption<abi::Ipv6MtuDiscover> mtu_discover{SocketLevel::IPV6,
                                                                         abi::Ipv6Option::MTU_DISCOVER};
        /// IPV6_MTU: of the path to the peer; NOTCONN without one.
        static constexpr SocketOption<int> mtu{SocketLevel::IPV6, abi::Ipv6Option::MTU};
        /// IPV6_DONTFRAG: a datagram that is too long is MSGSIZE and not fragmented.
        static constexpr SocketOption<bool> do_not_fragment{SocketLevel::IPV6, abi::Ipv6Option::DONTFRAG};
        /// IPV6_FREEBIND: may bind to an address that is not this machine's (yet).
        static constexpr SocketOption<bool> free_bind{SocketLevel::IPV6, abi::Ipv6Option::FREEBIND};
        /// IPV6_TRANSPARENT: for proxies. PERM without CAP_NET_ADMIN or CAP_NET_RAW.
        static constexpr SocketOption<bool> transparent{SocketLevel::IPV6, abi::Ipv6Option::TRANSPARENT};
        /// IPV6_MULTICAST_IF: the number of the interface for packets to groups; 0 for the routes' choice.
        static constexpr SocketOption<int> multicast_interface{SocketLevel::IPV6, abi::Ipv6Option::MULTICAST_IF};
        /// IPV6_MULTICAST_HOPS and IPV6_MULTICAST_LOOP: how far packets to groups go, and whether this machine gets
        /// them too.
        static constexpr SocketOption<int> multicast_hops{SocketLevel::IPV6, abi::Ipv6Option::MULTICAST_HOPS};
        static constexpr SocketOption<bool> multicast_loop{SocketLevel::IPV6, abi::Ipv6Option::MULTICAST_LOOP};
    };
};

}  // namespace wali
