// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <utility>

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
/// System V shared memory in this process's address space: detached exactly once, when its owner ends or calls
/// detach(). bytes() views the memory and must not outlive it. Move-only.
class SysvAttachment {
  public:
    /// Of nothing.
    SysvAttachment() noexcept = default;
    SysvAttachment(SysvAttachment&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)), length_(std::exchange(other.length_, 0)) {}
    SysvAttachment& operator=(SysvAttachment&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(length_, other.length_);
        return *this;
    }
    SysvAttachment(const SysvAttachment&) = delete;
    SysvAttachment& operator=(const SysvAttachment&) = delete;
    ~SysvAttachment() { (void)detach(); }

    /// The memory. Of one for reading alone, writing raises SIGSEGV.
    MutableBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<std::byte>(address_, length_); }

    /// shmdt(2), tier named. INVAL where there is nothing.
    result<void> detach() noexcept {
        if (address_ == nullptr) return Error(Errno::INVAL, Call::shmdt);
        length_ = 0;
        return to_result<void>(Call::shmdt, sys::shmdt(std::exchange(address_, nullptr)));
    }

  private:
    friend class SysvSharedMemory;
    SysvAttachment(std::byte* address, usize length) noexcept : address_(address), length_(length) {}

    std::byte* address_ = nullptr;
    usize length_ = 0;
};

/// System V shared memory, by its id: see sysvipc(7). It stays until somebody removes it, whoever ends; who has
/// attached it goes on with it. A value; tier named. SharedMemory is the younger way. Everything is async-signal-safe.
class SysvSharedMemory {
  public:
    /// By what it is removed.
    using Name = i32;

    /// Of nothing: INVAL.
    constexpr SysvSharedMemory() noexcept = default;
    /// Memory whose id somebody has told.
    static constexpr SysvSharedMemory from_id(i32 id) noexcept { return SysvSharedMemory(id); }

    /// shmget(2): new memory of zeros, which is removed with what this returns. Errors: EXIST (the key has some), NOSPC
    /// (there is too much in the system), INVAL (0, or too large), NOMEM.
    static result<IpcOwner<SysvSharedMemory>> create(usize size, IpcKey key, Permissions permissions) noexcept;
    /// The same for this user alone.
    static result<IpcOwner<SysvSharedMemory>> create(usize size, IpcKey key = IpcKey::PRIVATE) noexcept {
        return create(size, key, Permissions::RUSR | Permissions::WUSR);
    }
    /// shmget(2): that which a key has. Errors: NOENT, ACCES.
    static result<SysvSharedMemory> open(IpcKey key) noexcept {
        return to_result<i32>(Call::shmget, sys::shmget(abi::bits(key), 0, 0)).and_then([](i32 id) noexcept {
            return result<SysvSharedMemory>(SysvSharedMemory(id));
        });
    }
    /// shmctl(2): removes it: nobody finds it any more, and it is gone when nobody has it attached. Errors: PERM,
    /// INVAL.
    static result<void> remove(i32 id) noexcept {
        return to_result<void>(Call::shmctl, sys::shmctl(id, abi::bits(abi::IpcCommand::RMID), nullptr));
    }

    /// By what others may find it, if they are told.
    constexpr i32 id() const noexcept { return id_; }

    /// shmctl(2) and shmop(2): all of it, where the kernel likes. Errors: ACCES, NOMEM, INVAL and IDRM (removed).
    result<SysvAttachment> attach() const noexcept { return attach(abi::ShmatFlags{}); }
    /// The same for reading alone.
    result<SysvAttachment> attach_for_reading() const noexcept { return attach(abi::ShmatFlags::RDONLY); }

    /// shmctl(2): the kernel's structure: its size, and how often it is attached.
    result<abi::shmid_ds> status() const noexcept;

  private:
    explicit constexpr SysvSharedMemory(i32 id) noexcept : id_(id) {}
    result<SysvAttachment> attach(abi::ShmatFlags flags) const noexcept;

    i32 id_ = -1;
};

}  // namespace wali
