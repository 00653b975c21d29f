// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/net/control_message.hpp>

WALI_EXPORT namespace wali {
using abi::MessageFlags;

/// A message to send: Socket::send_message and Socket::send_messages. It views everything that it names.
struct OutgoingMessage {
    std::span<const ConstBuffer> buffers{};    ///< its bytes, in order
    const SocketAddress* to = nullptr;         ///< to whom; the peer if not given
    const OutgoingControl* control = nullptr;  ///< what goes with it
    usize sent = 0;                            ///< filled in: how many bytes were taken
};

/// Room for a message to receive: Socket::receive_message and Socket::receive_messages. It views everything that it
/// names, which can be used again for the next message.
struct IncomingMessage {
    std::span<const MutableBuffer> buffers{};  ///< room for its bytes, filled in order
    SocketAddress* from = nullptr;             ///< filled in: who sent it
    IncomingControl* control = nullptr;        ///< filled in: what came with it; dropped by the kernel if not given
    usize size = 0;                            ///< filled in: how many bytes were received
    MessageFlags flags{};                      ///< filled in: what the kernel says about it

    /// MSG_TRUNC: whether a datagram was longer than its room; the rest is lost.
    bool truncated() const noexcept { return contains(flags, MessageFlags::TRUNC); }
    /// MSG_CTRUNC: whether control messages did not fit, or there was no room for any.
    bool control_truncated() const noexcept { return contains(flags, MessageFlags::CTRUNC); }
    /// MSG_EOR: whether a record ends here (SocketType::SEQPACKET).
    bool end_of_record() const noexcept { return contains(flags, MessageFlags::EOR); }
};

/// A range of sends with MessageFlags::ZEROCOPY whose memory the kernel no longer uses: Socket::receive_completion. The
/// numbers begin with 0 again after the last that fits, so `last` may be the smaller one.
struct ZeroCopyCompletion {
    u32 first;    ///< the number of the first of them: the socket's first such send is 0, then 1 and so on
    u32 last;     ///< the number of the last
    bool copied;  ///< the kernel has copied after all, so that for such peers zero copy costs more than it saves
};

}  // namespace wali
