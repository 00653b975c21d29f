// SPDX-License-Identifier: BSL-1.0
#include <wali/ipc/sysv_semaphores.hpp>

#include <algorithm>
#include <cstdint>

#include <wali/try.hpp>

namespace wali {

result<IpcOwner<SysvSemaphores>> SysvSemaphores::create(int count, IpcKey key, Permissions permissions) noexcept {
    if (count == 0) return Error(Errno::INVAL, Call::semget);  // to the kernel: any number will do
    const int flags = abi::bits(IpcFlags::CREAT | IpcFlags::EXCL) | static_cast<int>(abi::bits(permissions));
    WALI_TRY(const i32 id, to_result<i32>(Call::semget, sys::semget(abi::bits(key), count, flags)));
    return IpcOwner<SysvSemaphores>(SysvSemaphores(id), id);
}

result<void> SysvSemaphores::operate_until(std::span<const SemaphoreOperation> operations,
                                           Deadline deadline) const noexcept {
    if (deadline.is_never()) return operate(operations);
    const abi::timespec time = to_timespec(deadline.remaining());
    const std::span raw(reinterpret_cast<const abi::sembuf*>(operations.data()), operations.size());
    const auto done =
        to_result<void>(Call::semtimedop, sys::semtimedop(id_, raw.data(), static_cast<unsigned>(raw.size()), &time));
    // The kernel says AGAIN for the end of the time, too.
    const bool may_wait = std::ranges::any_of(raw, [](const abi::sembuf& operation) noexcept {
        return (operation.sem_flg & static_cast<i16>(abi::bits(IpcFlags::NOWAIT))) == 0;
    });
    const bool in_vain = may_wait && done.has_error() && done.assume_error() == Errno::AGAIN && deadline.has_passed();
    return in_vain ? Error(Errno::TIMEDOUT, Call::semtimedop) : done;
}

result<void> SysvSemaphores::set_value(int number, int value) const noexcept {
    // The kernel takes an int in the place of the address.
    void* const argument = reinterpret_cast<void*>(static_cast<std::uintptr_t>(static_cast<u32>(value)));
    return to_result<void>(Call::semctl, sys::semctl(id_, number, abi::bits(abi::SemCommand::SET_VAL), argument));
}

result<Pid> SysvSemaphores::last_process(int number) const noexcept {
    WALI_TRY(const i32 process,
             to_result<i32>(Call::semctl, sys::semctl(id_, number, abi::bits(abi::SemCommand::GET_PID), nullptr)));
    return Pid(process);
}

result<usize> SysvSemaphores::size() const noexcept {
    abi::semid_ds status{};
    WALI_TRY(to_result<void>(Call::semctl, sys::semctl(id_, 0, abi::bits(abi::IpcCommand::STAT), &status)));
    return static_cast<usize>(status.sem_nsems);
}

}  // namespace wali
