// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/id.hpp>

WALI_EXPORT namespace wali {
using abi::SocketLevel;
using abi::SocketType;

/// Who is at the other end of a Unix socket: credentials at the time of its connect or listen.
struct PeerCredentials {
    Pid process;
    Uid user;
    Gid group;
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

/// A structure as the kernel has it.
template <class Struct>
struct StructCodec {
    using Raw = Struct;
    static constexpr Struct decode(const Raw& raw) noexcept { return raw; }
};
}  // namespace detail

/// An option with its value, ready for Socket::set: `option::tcp::no_delay(true)`.
template <class Raw>
struct SocketSetting {
    SocketLevel level;
    int name;
    Raw raw;
};

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
    constexpr SocketSetting<typename Codec::Raw> operator()(
        typename detail::Parameter<Value>::type value) const noexcept {
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
        /// TCP_INFO: what the kernel knows about the connection. An older kernel fills in a part, the rest is 0.
        static constexpr ReadOnlySocketOption<abi::tcp_info, detail::StructCodec<abi::tcp_info>> info{
            SocketLevel::TCP, abi::TcpOption::INFO};
    };

    /// The options of ipv6(7).
    struct ipv6 {
        /// IPV6_V6ONLY, before bind(): takes no IPv4 connections.
        static constexpr SocketOption<bool> only{SocketLevel::IPV6, abi::Ipv6Option::V6ONLY};
    };
};

}  // namespace wali
