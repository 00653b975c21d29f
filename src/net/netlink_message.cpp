// SPDX-License-Identifier: BSL-1.0
#include <wali/net/netlink_message.hpp>

namespace wali {

result<void> NetlinkMessage::outcome() const noexcept {
    const auto code = body<i32>();
    const bool ends = is(abi::NetlinkMessageType::ERROR) || is(abi::NetlinkMessageType::DONE);
    if (!ends || !code || (*code != 0 && !is_error(*code))) return Errno::PROTO;
    return to_result<void>(Call::sendto, *code);
}

}  // namespace wali
