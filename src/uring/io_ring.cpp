// SPDX-License-Identifier: BSL-1.0
#include "io_ring.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include <wali/abi/constants/mem.hpp>
#include <wali/sys/aio.hpp>

namespace wali::detail {

// --- this process's side of a ring ---

result<IoRing*> IoRing::create(u32 operations) noexcept {
    const usize size = sizeof(IoRing) + operations * sizeof(IoSlot);
    auto memory = MutableMemoryMap::anonymous(size);
    if (memory.has_error()) return memory.assume_error();
    const result<void> wiped = memory.assume_value().advise(abi::MemoryAdvice::WIPEONFORK);
    if (wiped.has_error()) return wiped.assume_error();
    auto* const ring = std::construct_at(reinterpret_cast<IoRing*>(memory.assume_value().bytes().data()));
    ring->memory = std::move(memory).assume_value();
    ring->fd = -1;
    ring->users = 1;
    ring->room = operations;
    for (u32 i = operations; i > 0; --i) {
        IoSlot& slot = *std::construct_at(&ring->slots()[i - 1]);
        slot.next_free = std::exchange(ring->free, i);
    }
    return ring;
}

void IoRing::release() noexcept {
    if (room == 0 || --users != 0) return;
    while (groups != nullptr) {
        IoGroup* const group = std::exchange(groups, groups->next);
        std::free(group->ring);
        std::free(group->buffers);
        delete group;
    }
    std::destroy_n(slots(), room);
    const MutableMemoryMap last = std::move(memory);
}

u64 IoRing::claim(IoSlot*& slot) noexcept {
    const u32 place = free - 1;
    slot = &slots()[place];
    free = slot->next_free;
    ++in_flight;
    ++slot->serial;
    slot->used = true;
    slot->limit_pending = slot->ended = slot->timed_out = false;
    return u64{slot->serial} << 32 | place;
}

void IoRing::free_slot(IoSlot& slot) noexcept {
    slot.buffer = IoBuffer();
    slot.memory = IoBuffer();
    slot.buffers = IoBufferVector();
    slot.control = IoControl();
    slot.descriptor = Fd();
    slot.used = false;
    slot.next_free = std::exchange(free, static_cast<u32>(&slot - slots()) + 1);
    --in_flight;
}

IoSlot* IoRing::slot_of(u64 user_data) noexcept {
    const u32 place = static_cast<u32>(user_data) & ~static_cast<u32>(IoPurpose::MASK);
    if (place >= room) return nullptr;
    IoSlot& slot = slots()[place];
    return slot.used && slot.serial == static_cast<u32>(user_data >> 32) ? &slot : nullptr;
}

// --- submitting ---

result<void> IoRing::make_space(u32 count) noexcept {
    if (space() >= count) return success();
    if (count > sq_entries || chain_is_open) return Errno::NOBUFS;
    const result<void> submitted = enter(0, {}, Deadline::never());
    if (submitted.has_error()) return submitted.assume_error();
    return space() >= count ? result<void>(success()) : Error(Errno::AGAIN, Call::io_uring_enter);
}

result<void> IoRing::enter(u32 wanted, abi::IoUringEnterFlags flags, Deadline deadline) noexcept {
    abi::timespec time{};
    abi::io_uring_getevents_arg argument{};
    const void* pointer = nullptr;
    usize size = 0;
    if (!deadline.is_never()) {
        time = to_timespec(deadline.remaining());
        argument.ts = reinterpret_cast<std::uintptr_t>(&time);
        flags = flags | abi::IoUringEnterFlags::EXT_ARG;
        pointer = &argument;
        size = sizeof argument;
    }
    published = tail;
    chain_is_open = false;
    __atomic_store_n(sq_tail, tail, __ATOMIC_RELEASE);
    const u32 submitting = sq_entries - space();
    const long raw =
        sys::io_uring_enter(static_cast<unsigned>(fd), submitting, wanted, abi::bits(flags), pointer, size);
    if (is_error(raw)) return Error::of_raw(Call::io_uring_enter, raw);
    if (submitting != 0 && raw == 0) return Error(Errno::AGAIN, Call::io_uring_enter);
    // When something was submitted, the kernel does not say how the waiting ended.
    if (wanted == 0 || submitting == 0 || static_cast<u32>(raw) < submitting || has_completions()) return success();
    return Error(deadline.has_passed() ? Errno::TIME : Errno::INTR, Call::io_uring_enter);
}

// --- completing ---

ProvidedBuffer IoRing::lend(u16 number, u16 id, i32 result) noexcept {
    IoGroup* group = groups;
    while (group != nullptr && group->number != number) group = group->next;
    if (group == nullptr || id >= group->count) return {};
    const u32 size = result < 0 ? 0 : static_cast<u32>(result);
    use();
    return {this, number, id,
            std::span(group->buffers + usize{id} * group->size, size < group->size ? size : group->size)};
}

DirectDescriptor IoRing::direct(u32 index) noexcept {
    use();
    return {this, index};
}

void IoRing::fill(IoSlot& slot, u64 user_data, i32 result, u32 flags, IoCompletion& done) noexcept {
    const auto set = static_cast<abi::IoUringCompletionFlags>(flags);
    done.key_ = user_data;
    done.index_ = slot.index;
    done.result_ = result;
    done.flags_ = flags;
    done.call_ = slot.call;
    done.kind_ = slot.kind;
    if (contains(set, abi::IoUringCompletionFlags::BUFFER))
        done.provided_ =
            lend(slot.group, static_cast<u16>(flags >> abi::bits(abi::IoUringBufferShift::CQE_BUFFER_SHIFT)), result);
    switch (slot.kind) {
        case IoKind::DESCRIPTOR:
        case IoKind::ACCEPTED:
            if (result >= 0) done.descriptor_ = Fd::from_raw(result);
            break;
        case IoKind::DIRECT:
            if (result >= 0) done.direct_ = direct(static_cast<u32>(result));
            break;
        case IoKind::MADE_DIRECT:
            if (result > 0) done.direct_ = direct(static_cast<u32>(*value_in<i32>(slot.memory)));
            break;
        case IoKind::TIMER:
            if (result == -abi::bits(Errno::TIME)) done.result_ = 0;
            break;
        case IoKind::CLOSED:
            // An operation that did not run has closed nothing, nor has one on a ring, which ends in BADF.
            if (result != -abi::bits(Errno::CANCELED) && result != -abi::bits(Errno::INVAL) &&
                result != -abi::bits(Errno::BADF))
                (void)slot.descriptor.release();
            break;
        case IoKind::RECEIVED:
            if (result >= 0 && slot.control) {
                const abi::msghdr& header = value_in<IoMessage>(slot.memory)->header;
                slot.control.received().set_received(
                    header.msg_controllen, contains(static_cast<MessageFlags>(header.msg_flags), MessageFlags::CTRUNC));
            }
            break;
        default: break;
    }
    if (slot.timed_out && (result == -abi::bits(Errno::CANCELED) || result == -abi::bits(Errno::INTR)))
        done.result_ = -abi::bits(Errno::TIMEDOUT);
    if (contains(set, abi::IoUringCompletionFlags::MORE)) return;
    done.buffer_ = std::move(slot.buffer);
    done.memory_ = std::move(slot.memory);
    done.buffers_ = std::move(slot.buffers);
    done.control_ = std::move(slot.control);
    free_slot(slot);
}

// The kernel's own numbers for a call that is to be made again reach completions, of splice for one.
constexpr i32 without_restart(i32 result) noexcept {
    return result <= -512 && result >= -516 ? -abi::bits(Errno::INTR) : result;
}

// Whether the program gets to see it.
bool IoRing::note(const abi::io_uring_cqe& completion, IoCompletion& done) noexcept {
    const auto purpose =
        static_cast<IoPurpose>(static_cast<u32>(completion.user_data) & static_cast<u32>(IoPurpose::MASK));
    if (purpose == IoPurpose::MESSAGE || purpose == IoPurpose::DIRECT_MESSAGE) {
        if (purpose == IoPurpose::DIRECT_MESSAGE) done.direct_ = direct(static_cast<u32>(completion.res));
        done.index_ = static_cast<u32>(completion.user_data >> 32);
        done.result_ = completion.res;
        done.kind_ = IoKind::MESSAGE;
        return true;
    }
    IoSlot* const slot = slot_of(completion.user_data);
    if (slot == nullptr || purpose == IoPurpose::OWN) return false;
    const u64 user_data = u64{slot->serial} << 32 | static_cast<u32>(slot - slots());
    if (purpose == IoPurpose::LIMIT) {
        slot->limit_pending = false;
        // Whatever it says of its cancellation: it has begun one, unless the operation was faster.
        slot->timed_out = completion.res != -abi::bits(Errno::CANCELED);
        if (!slot->ended) return false;
        fill(*slot, user_data, slot->result, slot->flags, done);
        return true;
    }
    if (slot->limit_pending &&
        !contains(static_cast<abi::IoUringCompletionFlags>(completion.flags), abi::IoUringCompletionFlags::MORE)) {
        slot->ended = true;
        slot->result = without_restart(completion.res);
        slot->flags = completion.flags;
        return false;
    }
    fill(*slot, user_data, without_restart(completion.res), completion.flags, done);
    return true;
}

bool IoRing::take(IoCompletion& done) noexcept {
    while (has_completions()) {
        const u32 head = *cq_head;
        const abi::io_uring_cqe completion = completions[head & cq_mask];
        __atomic_store_n(cq_head, head + 1, __ATOMIC_RELEASE);
        if (note(completion, done)) return true;
    }
    return false;
}

// --- the end ---

// What the kernel has not seen never runs.
void IoRing::drop_unpublished() noexcept {
    while (tail != published) {
        const u64 user_data = entries[--tail & sq_mask].user_data;
        IoSlot* const slot = slot_of(user_data);
        if (slot != nullptr && user_data == (u64{slot->serial} << 32 | static_cast<u32>(slot - slots())))
            free_slot(*slot);
    }
    chain_is_open = false;
}

bool IoRing::finish() noexcept {
    using std::chrono::milliseconds;
    drop_unpublished();
    // By a call, because an entry would wait behind those that drain, and its own completion would end each wait.
    abi::io_uring_sync_cancel_reg cancel_all{};
    cancel_all.fd = -1;
    cancel_all.flags = abi::bits(abi::IoUringCancelFlags::ALL | abi::IoUringCancelFlags::ANY);
    cancel_all.timeout = {-1, -1};
    abi::io_uring_sqe before_linux_6{};
    before_linux_6.opcode = abi::bits(abi::IoUringOperation::ASYNC_CANCEL);
    before_linux_6.fd = -1;
    before_linux_6.op_flags = cancel_all.flags;
    before_linux_6.user_data = with_purpose(0, IoPurpose::OWN);
    // An operation that is between two states escapes a cancellation: the next one meets it. Errors pass: another
    // process may use up the kernel's memory for a while. But who is not the ring's thread can do nothing.
    for (int failures = 0; in_flight != 0 && failures < 1000;) {
        const long cancelled = register_with(abi::IoUringRegisterOperation::REGISTER_SYNC_CANCEL, &cancel_all, 1);
        if (cancelled == -abi::bits(Errno::INVAL) && space() > 0) push(before_linux_6);
        const result<void> waited = enter(1, abi::IoUringEnterFlags::GETEVENTS, Deadline::after(milliseconds(10)));
        if (waited.has_error() && (waited.error() == Errno::EXIST || waited.error() == Errno::BADF)) break;
        const bool failed = waited.has_error() && waited.error() != Errno::TIME && waited.error() != Errno::INTR;
        failures = failed ? failures + 1 : 0;
        for (IoCompletion done; take(done);) done = IoCompletion();
    }
    return in_flight == 0;
}

// --- registering ---

long IoRing::register_with(abi::IoUringRegisterOperation operation, void* argument, u32 count) const noexcept {
    return sys::io_uring_register(static_cast<unsigned>(fd), abi::bits(operation), argument, count);
}

result<u16> IoRing::provide(u32 count, u32 size) noexcept {
    if (count == 0 || count > 1U << 15 || (count & (count - 1)) != 0 || size == 0)
        return Error(Errno::INVAL, Call::io_uring_register);
    constexpr usize page = 4096;
    const usize ring_size = (count * sizeof(abi::io_uring_buf) + page - 1) / page * page;
    if (size > (~usize{0} / 2) / count || groups_made == 0xffff) return Errno::NOMEM;
    auto* const memory = static_cast<abi::io_uring_buf*>(std::aligned_alloc(page, ring_size));
    auto* const buffers = static_cast<std::byte*>(std::malloc(usize{count} * size));
    auto* const group = new (std::nothrow) IoGroup{groups, memory, buffers, count, size, groups_made, 0};
    abi::io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = count;
    registration.bgid = groups_made;
    result<void> done = Errno::NOMEM;
    if (memory != nullptr && buffers != nullptr && group != nullptr) {
        // Not before it is empty may the kernel look at it.
        reinterpret_cast<abi::io_uring_buf_ring*>(memory)->tail = 0;
        done = to_result<void>(Call::io_uring_register,
                               register_with(abi::IoUringRegisterOperation::REGISTER_PBUF_RING, &registration, 1));
    }
    if (done.has_error()) {
        std::free(memory);
        std::free(buffers);
        delete group;
        return done.assume_error();
    }
    groups = group;
    for (u32 id = 0; id < count; ++id) give_back(groups_made, static_cast<u16>(id));
    return groups_made++;
}

void IoRing::give_back(u16 number, u16 id) noexcept {
    IoGroup* group = groups;
    while (group->number != number) group = group->next;
    // The tail of the ring lies where the first entry has nothing: member by member.
    abi::io_uring_buf& entry = group->ring[group->tail & (group->count - 1)];
    entry.addr = reinterpret_cast<std::uintptr_t>(group->buffers + usize{id} * group->size);
    entry.len = group->size;
    entry.bid = id;
    ++group->tail;
    __atomic_store_n(&reinterpret_cast<abi::io_uring_buf_ring*>(group->ring)->tail, group->tail, __ATOMIC_RELEASE);
}

void IoRing::close_direct(u32 index) noexcept {
    i32 none = -1;
    abi::io_uring_files_update update{index, 0, reinterpret_cast<std::uintptr_t>(&none)};
    (void)register_with(abi::IoUringRegisterOperation::REGISTER_FILES_UPDATE, &update, 1);
}

}  // namespace wali::detail

namespace wali {

void ProvidedBuffer::give_back() noexcept {
    if (ring_ == nullptr) return;
    detail::IoRing& ring = *std::exchange(ring_, nullptr);
    bytes_ = {};
    if (ring.room == 0) return;  // a forked child's
    if (ring.fd >= 0) ring.give_back(group_, id_);
    ring.release();
}

void DirectDescriptor::close() noexcept {
    if (ring_ == nullptr) return;
    detail::IoRing& ring = *std::exchange(ring_, nullptr);
    if (ring.room == 0) return;
    if (ring.fd >= 0) ring.close_direct(index_);
    ring.release();
}

SocketAddress IoCompletion::address() const noexcept {
    SocketAddress address;
    if (result_ < 0 || !memory_) return address;
    if (kind_ == detail::IoKind::ACCEPTED) {
        const auto& peer = *reinterpret_cast<const detail::IoPeer*>(memory_.bytes().data());
        address = peer.address;
        address.set_size(peer.size);
    } else if (kind_ == detail::IoKind::RECEIVED) {
        const auto& message = *reinterpret_cast<const detail::IoMessage*>(memory_.bytes().data());
        address = message.address;
        address.set_size(message.header.msg_namelen);
    }
    return address;
}

MessageFlags IoCompletion::message_flags() const noexcept {
    if (result_ < 0 || !memory_ || kind_ != detail::IoKind::RECEIVED) return MessageFlags{};
    const auto& message = *reinterpret_cast<const detail::IoMessage*>(memory_.bytes().data());
    return static_cast<MessageFlags>(message.header.msg_flags);
}

}  // namespace wali
