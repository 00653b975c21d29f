// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/sysv_shared_memory.hpp>

#include <wali/try.hpp>

namespace wali {

result<IpcOwner<SysvSharedMemory>> SysvSharedMemory::create(usize size, IpcKey key, Permissions permissions) noexcept {
    using abi::IpcFlags;
    const int flags = abi::bits(IpcFlags::CREAT | IpcFlags::EXCL) | static_cast<int>(abi::bits(permissions));
    WALI_TRY(const i32 id, to_result<i32>(Call::shmget, sys::shmget(abi::bits(key), size, flags)));
    return IpcOwner<SysvSharedMemory>(SysvSharedMemory(id), id);
}

result<SysvAttachment> SysvSharedMemory::attach(abi::ShmatFlags flags) const noexcept {
    WALI_TRY(const abi::shmid_ds now, status());
    const long raw = sys::shmat(id_, nullptr, abi::bits(flags));
    if (is_error(raw)) return Error::of_raw(Call::shmat, raw);
    return SysvAttachment(reinterpret_cast<std::byte*>(raw), static_cast<usize>(now.shm_segsz));
}

result<abi::shmid_ds> SysvSharedMemory::status() const noexcept {
    abi::shmid_ds status{};
    WALI_TRY(to_result<void>(Call::shmctl, sys::shmctl(id_, abi::bits(abi::IpcCommand::STAT), &status)));
    return status;
}

}  // namespace wali
