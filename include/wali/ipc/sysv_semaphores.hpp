// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/abi/constants/ipc.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/ipc.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/ipc/ipc_owner.hpp>
#include <wali/ipc/sysv.hpp>
#include <wali/sys/ipc.hpp>

WALI_EXPORT namespace wali {
using abi::IpcFlags;

/// What SysvSemaphores::operate does with one of them. Exactly the kernel's struct sembuf, so an array of these crosses
/// without a copy.
class SemaphoreOperation : private abi::sembuf {
  public:
    /// Adds `count`, at least 1 (else FBIG), to the semaphore with this number in the set.
    static constexpr SemaphoreOperation release(u16 number, i16 count = 1) noexcept {
        return {count > 0 ? number : none, count};
    }
    /// Takes `count`, at least 1 (else FBIG), and waits until there are so many.
    static constexpr SemaphoreOperation acquire(u16 number, i16 count = 1) noexcept {
        return {count > 0 ? number : none, static_cast<i16>(0 - count)};
    }
    /// Waits until it is 0.
    static constexpr SemaphoreOperation wait_for_zero(u16 number) noexcept { return {number, 0}; }

    /// The same, which the kernel undoes when this process ends, however it ends.
    constexpr SemaphoreOperation undone_at_end() const noexcept {
        return with(static_cast<i16>(abi::bits(abi::SemopFlags::UNDO)));
    }
    /// The same, which fails with Errno::AGAIN where it would wait.
    constexpr SemaphoreOperation without_waiting() const noexcept {
        return with(static_cast<i16>(abi::bits(IpcFlags::NOWAIT)));
    }

  private:
    // No set has as many: to the kernel a count of 0 would be wait_for_zero(), and one below it the opposite.
    static constexpr u16 none = 0xffff;

    constexpr SemaphoreOperation(u16 number, i16 change) noexcept : sembuf{number, change, 0} {}
    constexpr SemaphoreOperation with(i16 flag) const noexcept {
        SemaphoreOperation out = *this;
        out.sem_flg = static_cast<i16>(sem_flg | flag);
        return out;
    }
};
static_assert(sizeof(SemaphoreOperation) == sizeof(abi::sembuf));

/// A set of System V semaphores, by its id: see sysvipc(7). Operations on several of them happen all at once or not at
/// all, and the kernel can undo what a process has done that ended or was killed; FutexSemaphore can neither, and is
/// faster. The set stays until somebody removes it, whoever ends. A value; tier named. EINTR comes back as Errno::INTR.
/// Everything is async-signal-safe.
class SysvSemaphores {
  public:
    /// By what it is removed.
    using Name = i32;

    /// Of nothing: INVAL.
    constexpr SysvSemaphores() noexcept = default;
    /// A set whose id somebody has told.
    static constexpr SysvSemaphores from_id(i32 id) noexcept { return SysvSemaphores(id); }

    /// semget(2): a new set of `count` semaphores, each of 0, which is removed with what this returns. Errors: EXIST
    /// (the key has one), NOSPC (there are too many in the system), INVAL (none, or too many).
    static result<IpcOwner<SysvSemaphores>> create(int count, IpcKey key, Permissions permissions) noexcept;
    /// The same for this user alone.
    static result<IpcOwner<SysvSemaphores>> create(int count, IpcKey key = IpcKey::PRIVATE) noexcept {
        return create(count, key, Permissions::RUSR | Permissions::WUSR);
    }
    /// semget(2): the set that a key has. Errors: NOENT, ACCES.
    static result<SysvSemaphores> open(IpcKey key) noexcept {
        return to_result<i32>(Call::semget, sys::semget(abi::bits(key), 0, 0)).and_then([](i32 id) noexcept {
            return result<SysvSemaphores>(SysvSemaphores(id));
        });
    }
    /// semctl(2): removes the set at once; who waits at it gets IDRM. Errors: PERM, INVAL.
    static result<void> remove(i32 id) noexcept {
        return to_result<void>(Call::semctl, sys::semctl(id, 0, abi::bits(abi::IpcCommand::RMID), nullptr));
    }

    /// By what others may find it, if they are told.
    constexpr i32 id() const noexcept { return id_; }

    /// semop(2): does all of these, at most 500, at one time; waits until all can be done. Errors: AGAIN (one of them
    /// was not to wait), INTR, IDRM, FBIG (no such semaphore), RANGE (above 32767).
    result<void> operate(std::span<const SemaphoreOperation> operations) const noexcept {
        return to_result<void>(Call::semop, sys::semop(id_, reinterpret_cast<const abi::sembuf*>(operations.data()),
                                                       static_cast<unsigned>(operations.size())));
    }
    /// The same for one.
    result<void> operate(SemaphoreOperation operation) const noexcept {
        return operate(std::span<const SemaphoreOperation>(&operation, 1));
    }
    /// semtimedop(2), listed with semop(2): the same until a point in time: TIMEDOUT, also where one of several was not
    /// to wait and it cannot be told which one was in the way.
    result<void> operate_until(std::span<const SemaphoreOperation> operations, Deadline deadline) const noexcept;

    /// semctl(2) with GETVAL and SETVAL: what one of them is, and makes it that. Errors: INVAL (no such semaphore),
    /// RANGE.
    result<int> value(int number) const noexcept {
        return to_result<int>(Call::semctl, sys::semctl(id_, number, abi::bits(abi::SemCommand::GET_VAL), nullptr));
    }
    /// The same.
    result<void> set_value(int number, int value) const noexcept;

    /// semctl(2) with GETPID: who has operated on it last.
    result<Pid> last_process(int number) const noexcept;
    /// semctl(2): how many semaphores there are.
    result<usize> size() const noexcept;

  private:
    explicit constexpr SysvSemaphores(i32 id) noexcept : id_(id) {}

    i32 id_ = -1;
};

}  // namespace wali
