// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/net.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/net/netlink_message.hpp>
#include <wali/net/netlink_request.hpp>
#include <wali/net/socket_kind.hpp>

WALI_EXPORT namespace wali {
using abi::NetlinkProtocol;
using abi::RouteGroup;

/// Who is at an end of netlink(7). A value, which makes no system call.
struct NetlinkAddress {
    u32 port = 0;    ///< 0 is the kernel; to bind: 0 picks one
    u32 groups = 0;  ///< the first 32 multicast groups, as bits

    /// From the kernel's form: AFNOSUPPORT if it is of another family, or cut off.
    static result<NetlinkAddress> from(const SocketAddress& address) noexcept;
    operator SocketAddress() const noexcept;

    /// Compares both.
    constexpr bool operator==(const NetlinkAddress&) const noexcept = default;
};

class NetlinkAnswer;

/// A socket to the kernel itself, which answers requests and tells of changes: see netlink(7), rtnetlink(7) and Socket.
///
///     WALI_TRY(const auto kernel, wali::NetlinkSocket::open(wali::NetlinkProtocol::ROUTE));
///     std::array<std::byte, wali::NetlinkSocket::room_size> room;
///     WALI_TRY(auto list, wali::NetworkInterface::list(kernel, room));
///     for (;;) {
///         WALI_TRY(const auto interface, list.next());
///         if (!interface) break;
///         ...
///     }
///
/// Who watches groups and makes requests uses two sockets: what is told while an answer is awaited is passed over. Not
/// for two threads at once.
class NetlinkSocket : public SocketKind<NetlinkSocket, NetlinkAddress> {
  public:
    NetlinkSocket() noexcept = default;

    /// Room for all that the kernel puts into one datagram of a list. Of what is told of changes a page is enough.
    static constexpr usize room_size = 32768;

    /// socket(2), setsockopt(2) and bind(2), tier spec: a socket with a port of its own, of which the kernel takes only
    /// requests that it understands whole (NETLINK_GET_STRICT_CHK). Errors: PROTONOSUPPORT, MFILE, NFILE.
    static result<NetlinkSocket> open(NetlinkProtocol protocol, SocketFlags flags = SocketFlags{}) noexcept;

    /// setsockopt(2) with NETLINK_ADD_MEMBERSHIP and NETLINK_DROP_MEMBERSHIP: what is told to a group is received from
    /// now on, or no longer: `socket.join(RouteGroup::LINK)`. Errors: INVAL (no such group), PERM.
    template <class Group>
    result<void> join(Group group) const noexcept {
        return set(
            SocketSetting<u32>{SocketLevel::NETLINK, abi::bits(abi::NetlinkOption::ADD_MEMBERSHIP), abi::bits(group)});
    }
    /// The same, no longer.
    template <class Group>
    result<void> leave(Group group) const noexcept {
        return set(
            SocketSetting<u32>{SocketLevel::NETLINK, abi::bits(abi::NetlinkOption::DROP_MEMBERSHIP), abi::bits(group)});
    }

    /// recvmsg(2), tier spec: the messages of the next datagram that is the kernel's; what other processes send is
    /// passed over. They view `room`. Errors: NOBUFS (the kernel had more to tell than the socket's buffer holds, and
    /// some is lost: list everything again), MSGSIZE (a datagram did not fit `room` and is lost), BADMSG (it was no
    /// messages), INTR, AGAIN.
    result<NetlinkMessages> receive(MutableBytes room WALI_LIFETIMEBOUND) const noexcept;

    /// sendto(2) and recvmsg(2), tier spec: has the kernel do what the request says, and waits until it says that it is
    /// done. EINTR is retried. Errors: those of receive(), and what the kernel answers: PERM, INVAL, EXIST, NODEV_ ...
    result<void> execute(NetlinkRequest& request, MutableBytes room) const noexcept;

    /// getsockname(2) and sendto(2), tier spec: the same for a request that is answered by more than "done", such as
    /// RouteMessageType::GETROUTE for one address. `room` is used by the answer.
    result<NetlinkAnswer> query(NetlinkRequest& request,
                                MutableBytes room WALI_LIFETIMEBOUND) const noexcept WALI_LIFETIMEBOUND;

    /// The same for a list of everything, with NetlinkFlags::DUMP. To be read to its end before the next (BUSY).
    result<NetlinkAnswer> dump(NetlinkRequest& request,
                               MutableBytes room WALI_LIFETIMEBOUND) const noexcept WALI_LIFETIMEBOUND;

  private:
    result<NetlinkAnswer> send_request(NetlinkRequest& request, NetlinkFlags flags, MutableBytes room) const noexcept;
};

/// The answer to a request, message by message. It views the socket and the room that it was given.
class NetlinkAnswer {
  public:
    /// recvmsg(2), tier spec: the next message; nothing behind the last. It is good until the next call. EINTR is
    /// retried. Errors: those of NetlinkSocket::receive, and what the kernel answers. After AGAIN it goes on; every
    /// other one ends it, and then there is nothing more. What was not read of a list is in the way of the next (BUSY):
    /// make that with another socket.
    result<std::optional<NetlinkMessage>> next() noexcept;

    /// NLM_F_DUMP_INTR: whether there were changes while the list was read. What it says may fit together no more: ask
    /// again. Known for certain at its end.
    bool interrupted() const noexcept { return interrupted_; }

  private:
    friend class NetlinkSocket;
    NetlinkAnswer(const NetlinkSocket& socket, MutableBytes room, u32 sequence, u32 port) noexcept
        : socket_(&socket), room_(room), sequence_(sequence), port_(port) {}

    const NetlinkSocket* socket_;
    MutableBytes room_;
    NetlinkMessages::Iterator at_;
    u32 sequence_;
    u32 port_;
    bool interrupted_ = false;
    bool ended_ = false;
};

/// A list of NetworkInterface, InterfaceAddress or Route, one by one.
template <class Object>
class NetlinkList {
  public:
    /// Made by Object::list.
    explicit NetlinkList(NetlinkAnswer dump) noexcept : dump_(dump) {}

    /// The next one; nothing behind the last. See NetlinkAnswer::next, recvmsg(2), tier spec.
    result<std::optional<Object>> next() noexcept {
        for (;;) {
            const auto message = dump_.next();
            if (message.has_error()) return message.assume_error();
            if (!message.assume_value()) return std::optional<Object>();
            auto object = Object::from(*message.assume_value());
            if (object) return object;
        }
    }

    /// Whether there were changes while the list was read. See NetlinkAnswer::interrupted.
    bool interrupted() const noexcept { return dump_.interrupted(); }

  private:
    NetlinkAnswer dump_;
};

}  // namespace wali
