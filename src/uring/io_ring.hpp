// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/aio.hpp>
#include <wali/abi/structs/aio.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/fd.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/uring/io_buffer.hpp>
#include <wali/uring/io_buffer_vector.hpp>
#include <wali/uring/io_completion.hpp>
#include <wali/uring/io_control.hpp>

namespace wali::detail {

/// An operation, from when it is added until its last completion, and what it owns meanwhile.
struct IoSlot {
    IoBuffer buffer;
    IoBuffer memory;  // what else the entry points to
    IoBufferVector buffers;
    IoControl control;
    Fd descriptor;  // to be closed
    abi::timespec time;
    abi::timespec limit;  // of the timeout that is linked to it
    u32 serial;           // no two operations in this place have the same
    u32 index;            // the program's number
    u32 next_free;
    i32 result;
    u32 flags;
    u16 group;
    Call call;
    IoKind kind;
    bool used;
    bool limit_pending;  // the completion of that timeout is to come
    bool ended;          // all others have come
    bool timed_out;
};

/// A group of buffers, and the ring by which the kernel is offered them, in one block.
struct IoGroup {
    IoGroup* next;
    abi::io_uring_buf* ring;
    std::byte* buffers;
    u32 count;
    u32 size;
    u16 number;
    u16 tail;
};

/// What a ring is to this process. It lies in pages that a forked child gets as zeros: a ring without room, which does
/// nothing. It lives until the ring has ended and nothing that the ring lent is left.
struct IoRing {
    int fd;  // -1: the ring has ended
    u32 users;
    u32 room;  // for operations
    u32 in_flight;
    u32 free;  // 1 + the index of a free slot; 0: none
    u32 features;
    u64 supported;     // operations
    u32 registration;  // of its buffers
    u16 groups_made;
    bool chain_is_open;  // what is added next belongs to the operation before
    bool has_drained;    // an operation that drains was added
    bool has_files;      // a table of them is registered
    IoGroup* groups;
    // The rings: heads and tails are shared with the kernel.
    u32 tail;       // what was added
    u32 published;  // what the kernel may see of it
    u32 sq_entries, sq_mask, cq_mask;
    u32 *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail;
    abi::io_uring_sqe* entries;
    const abi::io_uring_cqe* completions;
    MutableMemoryMap memory;  // that all this is in

    /// Behind this.
    IoSlot* slots() noexcept { return reinterpret_cast<IoSlot*>(this + 1); }

    static result<IoRing*> create(u32 operations) noexcept;
    void use() noexcept { ++users; }
    void release() noexcept;

    /// How many entries can be added.
    u32 space() const noexcept { return sq_entries - (tail - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE)); }
    abi::io_uring_sqe& push(const abi::io_uring_sqe& entry) noexcept { return entries[tail++ & sq_mask] = entry; }
    result<void> make_space(u32 count) noexcept;
    /// io_uring_enter: submits, and waits for `wanted` completions.
    result<void> enter(u32 wanted, abi::IoUringEnterFlags flags, Deadline deadline) noexcept;
    /// Takes the next completion that is the program's.
    bool take(IoCompletion& done) noexcept;
    bool has_completions() const noexcept { return *cq_head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE); }
    /// Cancels everything and waits for it. False if that is not possible.
    bool finish() noexcept;

    long register_with(abi::IoUringRegisterOperation operation, void* argument, u32 count) const noexcept;
    result<u16> provide(u32 count, u32 size) noexcept;
    void give_back(u16 group, u16 id) noexcept;
    DirectDescriptor direct(u32 index) noexcept;
    void close_direct(u32 index) noexcept;

    u64 claim(IoSlot*& slot) noexcept;
    void free_slot(IoSlot& slot) noexcept;

  private:
    IoSlot* slot_of(u64 user_data) noexcept;
    bool note(const abi::io_uring_cqe& completion, IoCompletion& done) noexcept;
    void fill(IoSlot& slot, u64 user_data, i32 result, u32 flags, IoCompletion& done) noexcept;
    ProvidedBuffer lend(u16 group, u16 id, i32 result) noexcept;
    void drop_unpublished() noexcept;
};

/// Who a completion is for, in the upper byte of the lower half of user_data; the rest of that half is the slot, and
/// the upper half its serial number, or the index of a message.
enum class IoPurpose : u32 {
    OPERATION = 0,
    LIMIT = 1U << 24,
    OWN = 2U << 24,
    MESSAGE = 3U << 24,
    DIRECT_MESSAGE = 4U << 24,  // with a direct descriptor, whose place is the value
    MASK = 0xffU << 24
};
constexpr u64 with_purpose(u64 user_data, IoPurpose purpose) noexcept { return user_data | static_cast<u64>(purpose); }
constexpr u64 message_name(u32 index, IoPurpose purpose) noexcept { return with_purpose(u64{index} << 32, purpose); }

/// What the kernel writes for accept_from(), receive_from() and receive_message(), in IoSlot::memory.
struct IoPeer {
    SocketAddress address;
    u32 size = SocketAddress::capacity;
};
struct IoMessage {
    SocketAddress address;
    abi::msghdr header{};
    abi::iovec vector{};
};

/// A value in memory of its own.
template <class T>
T* value_in(IoBuffer& memory) noexcept {
    return reinterpret_cast<T*>(memory.bytes().data());
}

static_assert(sizeof(IoRing) % alignof(IoSlot) == 0);

}  // namespace wali::detail
