// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/sysv_message_queue.hpp>

#include <wali/try.hpp>

namespace wali {

result<IpcOwner<SysvMessageQueue>> SysvMessageQueue::create(IpcKey key, Permissions permissions) noexcept {
    const int flags = abi::bits(IpcFlags::CREAT | IpcFlags::EXCL) | static_cast<int>(abi::bits(permissions));
    WALI_TRY(const i32 id, to_result<i32>(Call::msgget, sys::msgget(abi::bits(key), flags)));
    return IpcOwner<SysvMessageQueue>(SysvMessageQueue(id), id);
}

result<abi::msqid_ds> SysvMessageQueue::status() const noexcept {
    abi::msqid_ds status{};
    WALI_TRY(to_result<void>(Call::msgctl, sys::msgctl(id_, abi::bits(abi::IpcCommand::STAT), &status)));
    return status;
}

}  // namespace wali
