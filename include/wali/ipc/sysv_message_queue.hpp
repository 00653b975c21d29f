// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/ipc.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/ipc.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/ipc/ipc_owner.hpp>
#include <wali/ipc/sysv.hpp>
#include <wali/sys/ipc.hpp>

WALI_EXPORT namespace wali {
using abi::IpcFlags;

/// A message of a SysvMessageQueue, as the kernel has it: a type, and up to so many bytes.
template <usize capacity>
struct SysvMessage {
    i64 type = 1;  ///< above 0; who receives may ask for one
    std::byte data[capacity]{};
};

/// A System V message queue, by its id: see sysvipc(7). Messages come whole, in the order in which they were sent. No
/// Epoll can wait for it: MessageQueue does that. It stays until somebody removes it, whoever ends. A value; tier
/// named. EINTR comes back as Errno::INTR. Everything is async-signal-safe.
class SysvMessageQueue {
  public:
    /// By what it is removed.
    using Name = i32;

    /// Of nothing: INVAL.
    constexpr SysvMessageQueue() noexcept = default;
    /// One whose id somebody has told.
    static constexpr SysvMessageQueue from_id(i32 id) noexcept { return SysvMessageQueue(id); }

    /// msgget(2): a new one, which is removed with what this returns. Errors: EXIST (the key has one), NOSPC (there are
    /// too many in the system).
    static result<IpcOwner<SysvMessageQueue>> create(IpcKey key, Permissions permissions) noexcept;
    /// The same for this user alone.
    static result<IpcOwner<SysvMessageQueue>> create(IpcKey key = IpcKey::PRIVATE) noexcept {
        return create(key, Permissions::RUSR | Permissions::WUSR);
    }
    /// msgget(2): the one that a key has. Errors: NOENT, ACCES.
    static result<SysvMessageQueue> open(IpcKey key) noexcept {
        return to_result<i32>(Call::msgget, sys::msgget(abi::bits(key), 0)).and_then([](i32 id) noexcept {
            return result<SysvMessageQueue>(SysvMessageQueue(id));
        });
    }
    /// msgctl(2): removes it at once; who waits at it gets IDRM. Errors: PERM, INVAL.
    static result<void> remove(i32 id) noexcept {
        return to_result<void>(Call::msgctl, sys::msgctl(id, abi::bits(abi::IpcCommand::RMID), nullptr));
    }

    /// By what others may find it, if they are told.
    constexpr i32 id() const noexcept { return id_; }

    /// msgsnd(2): sends the first `size` bytes, and waits while the queue is full. `flags`: NOWAIT. Errors: INVAL (a
    /// type below 1, or too long), AGAIN (NOWAIT), INTR, IDRM.
    template <usize capacity>
    result<void> send(const SysvMessage<capacity>& message, usize size, IpcFlags flags = IpcFlags{}) const noexcept {
        if (size > capacity) return Error(Errno::INVAL, Call::msgsnd);
        return to_result<void>(Call::msgsnd, sys::msgsnd(id_, &message, size, abi::bits(flags)));
    }

    /// msgrcv(2): takes the next message, and waits while there is none; returns its size. `type`: 0 for any, above 0
    /// for those of that type, below 0 for the lowest type that is not above -type. `flags`: NOWAIT. Errors: TOOBIG (it
    /// stays), NOMSG (NOWAIT), INTR, IDRM.
    template <usize capacity>
    result<usize> receive(SysvMessage<capacity>& message, i64 type = 0, IpcFlags flags = IpcFlags{}) const noexcept {
        return to_result<usize>(Call::msgrcv,
                                sys::msgrcv(id_, &message, capacity, static_cast<long>(type), abi::bits(flags)));
    }

    /// msgctl(2): the kernel's structure: how many messages and bytes there are, and who sent and received last.
    result<abi::msqid_ds> status() const noexcept;

  private:
    explicit constexpr SysvMessageQueue(i32 id) noexcept : id_(id) {}

    i32 id_ = -1;
};

}  // namespace wali
