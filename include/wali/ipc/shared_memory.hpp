// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/ipc/ipc_name.hpp>
#include <wali/ipc/ipc_owner.hpp>
#include <wali/mem/memory_map.hpp>

WALI_EXPORT namespace wali {
using abi::OpenFlags;

/// Memory that processes share, by a name: what shm_open(3) means, a file in /dev/shm. It gets its name when all that
/// others shall find in it is there, so nobody sees it half made:
///
///     WALI_TRY(auto memory, wali::SharedMemory::create(sizeof(Shared)));
///     WALI_TRY(auto map, memory.map());
///     WALI_TRY(Shared* const shared, map.object<Shared>());
///     std::construct_at(shared);
///     WALI_TRY(const auto named, std::move(memory).publish("/shared"));  // whose end takes the name away
///
/// Locks for it are FutexMutex, RobustMutex, FutexSemaphore and the others of wali/thread.hpp. Threads may share it;
/// everything is async-signal-safe.
class SharedMemory : public Descriptor<SharedMemory> {
  public:
    /// By what others find it.
    using Name = IpcName;

    SharedMemory() noexcept = default;

    /// openat(2) with O_TMPFILE, fchmod(2) and ftruncate(2), tier spec: new memory of zeros, for reading and writing,
    /// which has no name. Children and who else gets the descriptor may use it. Each page is taken when it is first
    /// touched: where /dev/shm is full then, and in containers it is small, that raises SIGBUS. Of size 0 it
    /// cannot be mapped. Errors: INVAL (too large), NOENT (no /dev/shm), NOSPC, MFILE.
    static result<SharedMemory> create(usize size, Permissions permissions) noexcept;
    /// The same for this user alone.
    static result<SharedMemory> create(usize size) noexcept {
        return create(size, Permissions::RUSR | Permissions::WUSR);
    }

    /// linkat(2), tier spec: gives new memory its name, which goes with what this returns. The memory stays for as long
    /// as it is open or mapped anywhere. Errors: EXIST, INVAL (a name that cannot be).
    result<IpcOwner<SharedMemory>> publish(std::string_view name) && noexcept;

    /// openat(2), tier spec: memory that is there. `access`: RDONLY or RDWR. Errors: NOENT, ACCES, LOOP (a link is in
    /// its place).
    static result<SharedMemory> open(std::string_view name, OpenFlags access = OpenFlags::RDWR) noexcept;

    /// unlinkat(2), tier spec: takes the name away. Errors: NOENT, PERM (it is another user's).
    static result<void> remove(const IpcName& name) noexcept;

    /// newfstatat(2) and fstat(2), tier spec: whether this memory is what others find by the name.
    /// Errors: NOENT (nothing is).
    result<bool> has_name(const IpcName& name) const noexcept;

    /// fstat(2), tier spec: in bytes. Errors: OVERFLOW (more than a program of 32 bits can count).
    result<usize> size() const noexcept;

    /// fstat(2) and mmap(2), tier spec: all of it. Errors: ACCES (open for reading alone), NOMEM, OVERFLOW.
    result<MutableMemoryMap> map() const noexcept;
    /// The same, to be read alone.
    result<MemoryMap> map_for_reading() const noexcept;
};

}  // namespace wali
