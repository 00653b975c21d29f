// SPDX-License-Identifier: BSL-1.0
//
// io_uring_register: what holds addresses is translated, what is flat is passed, and what is in neither list is
// refused. The kernel reads registered buffers by their pages: what becomes of the addresses later does not matter to
// it.
#include "ring.h"
#include "signals/signals.h"

#define BUFFERS_MAX 16384U  // IORING_MAX_REG_BUFFERS

static uint64_t pass(uint32_t fd, uint32_t opcode, uint64_t argument, uint32_t count) {
    return wali_syscall4(NR_io_uring_register, fd, opcode, argument, count);
}

static uint64_t translated(uint64_t address) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)address);
}

// --- files and buffers ---

// A vector of `count` buffers; what to pass, and what is wrong stays wrong.
static uint64_t read_buffers(struct wali_native_iovec* native, uint64_t address, uint32_t count) {
    if (address > UINT32_MAX) return UNMAPPED_POINTER;
    for (uint32_t done = 0; done < count; done += GUEST_IOV_MAX) {
        const uint64_t at = address + done * sizeof(struct wali_guest_iovec);
        const uint32_t part = count - done < GUEST_IOV_MAX ? count - done : GUEST_IOV_MAX;
        if (at > UINT32_MAX || iovec_read(native + done, (uint32_t)at, part) != 0) return UNMAPPED_POINTER;
    }
    return (uint64_t)native;
}

static uint64_t register_buffers(uint32_t fd, uint32_t address, uint32_t count) {
    struct wali_native_iovec native[BUFFERS_MAX];
    if (count > BUFFERS_MAX) return wali_error(WALI_EINVAL);
    return pass(fd, WALI_IORING_REGISTER_BUFFERS, read_buffers(native, address, count), count);
}

// Descriptors, or buffers, and a number for each, which is told when the kernel no longer needs it: all of them, or
// some anew. `size` is what the guest says of the structure; both have the same.
static uint64_t register_tagged(uint32_t fd, uint32_t opcode, uint32_t address, uint32_t size) {
    struct wali_native_iovec native[BUFFERS_MAX];
    union {
        struct io_uring_rsrc_register all;
        struct io_uring_rsrc_update2 some;
    } what;
    _Static_assert(sizeof what.all == sizeof what.some, "read as one");
    const bool update = opcode == WALI_IORING_REGISTER_FILES_UPDATE2 || opcode == WALI_IORING_REGISTER_BUFFERS_UPDATE;
    const bool buffers = opcode == WALI_IORING_REGISTER_BUFFERS2 || opcode == WALI_IORING_REGISTER_BUFFERS_UPDATE;
    if (size != sizeof what) return wali_error(WALI_EINVAL);
    if (guest_read(&what, address, sizeof what) != 0) return wali_error(WALI_EFAULT);
    const uint32_t count = update ? what.some.nr : what.all.nr;
    if (buffers && count > BUFFERS_MAX) return wali_error(WALI_EINVAL);
    uint64_t data = update ? what.some.data : what.all.data;
    data = buffers && data != 0 ? read_buffers(native, data, count) : translated(data);
    if (update) {
        what.some.data = data;
        what.some.tags = translated(what.some.tags);
    } else {
        what.all.data = data;
        what.all.tags = translated(what.all.tags);
    }
    return pass(fd, opcode, (uint64_t)&what, size);
}

static uint64_t update_files(uint32_t fd, uint32_t address, uint32_t count) {
    struct io_uring_files_update update;
    if (guest_read(&update, address, sizeof update) != 0) return wali_error(WALI_EFAULT);
    update.fds = translated(update.fds);
    return pass(fd, WALI_IORING_REGISTER_FILES_UPDATE, (uint64_t)&update, count);
}

// --- what concerns what the host keeps of a ring ---

static uint64_t with_ring(uint32_t fd, uint32_t address, uint64_t (*action)(struct ring*, uint32_t, uint32_t)) {
    handlers_block();
    struct ring* ring = ring_take(fd);
    const uint64_t result = ring ? action(ring, fd, address) : not_a_ring(fd);
    if (ring) ring_give(ring);
    handlers_restore();
    return result;
}

static uint64_t is_a_ring(struct ring* ring, uint32_t fd, uint32_t address) {
    (void)ring;
    (void)fd;
    (void)address;
    return 0;
}

// The kernel may wait for what it cancels: not in the ring's turn.
static uint64_t cancel(uint32_t fd, uint32_t address, uint32_t count) {
    struct io_uring_sync_cancel_reg what;
    if (guest_read(&what, address, sizeof what) != 0) return wali_error(WALI_EFAULT);
    handlers_block();
    struct ring* ring = ring_take(fd);
    if (ring && entry_names_user_data(what.flags)) what.addr = reception_name(ring, what.addr);
    if (ring) ring_give(ring);
    handlers_restore();
    return pass(fd, WALI_IORING_REGISTER_SYNC_CANCEL, (uint64_t)&what, count);
}

// Says what the kernel supports, without what is not passed.
static uint64_t probe(uint32_t fd, uint32_t address, uint32_t count) {
    _Alignas(struct io_uring_probe) unsigned char
        answer[sizeof(struct io_uring_probe) + 256 * sizeof(struct io_uring_probe_op)];
    struct io_uring_probe_op* operations = ((struct io_uring_probe*)answer)->ops;
    if (count > 256) return wali_error(WALI_EINVAL);
    const size_t size = sizeof(struct io_uring_probe) + count * sizeof *operations;
    if (guest_read(answer, address, size) != 0) return wali_error(WALI_EFAULT);
    const uint64_t result = pass(fd, WALI_IORING_REGISTER_PROBE, (uint64_t)answer, count);
    if (failed(result)) return result;
    for (uint32_t i = 0; i < count; ++i)
        if (!operation_is_known(i)) operations[i].flags = 0;
    return guest_write(address, answer, size) != 0 ? wali_error(WALI_EFAULT) : result;
}

// --- the call ---

uint64_t w2c_wali_SYS_io_uring_register(struct w2c_wali* host, uint32_t fd, uint32_t opcode, uint32_t arg,
                                        uint32_t nr_args) {
    (void)host;
    const uint64_t error = with_ring(fd, 0, is_a_ring);
    if (error != 0) return error;
    switch (opcode) {
        case WALI_IORING_REGISTER_BUFFERS: return register_buffers(fd, arg, nr_args);
        case WALI_IORING_REGISTER_FILES2:
        case WALI_IORING_REGISTER_FILES_UPDATE2:
        case WALI_IORING_REGISTER_BUFFERS2:
        case WALI_IORING_REGISTER_BUFFERS_UPDATE: return register_tagged(fd, opcode, arg, nr_args);
        case WALI_IORING_REGISTER_FILES_UPDATE: return update_files(fd, arg, nr_args);
        case WALI_IORING_REGISTER_PROBE: return probe(fd, arg, nr_args);
        case WALI_IORING_REGISTER_SYNC_CANCEL: return cancel(fd, arg, nr_args);
        case WALI_IORING_REGISTER_PBUF_RING:
            return nr_args == 1 ? with_ring(fd, arg, buffers_register) : wali_error(WALI_EINVAL);
        case WALI_IORING_UNREGISTER_PBUF_RING:
            return nr_args == 1 ? with_ring(fd, arg, buffers_unregister) : wali_error(WALI_EINVAL);
        case WALI_IORING_REGISTER_FILES:
        case WALI_IORING_UNREGISTER_FILES:
        case WALI_IORING_UNREGISTER_BUFFERS:
        case WALI_IORING_REGISTER_EVENTFD:
        case WALI_IORING_REGISTER_EVENTFD_ASYNC:
        case WALI_IORING_UNREGISTER_EVENTFD:
        case WALI_IORING_REGISTER_PERSONALITY:
        case WALI_IORING_UNREGISTER_PERSONALITY:
        case WALI_IORING_REGISTER_RESTRICTIONS:
        case WALI_IORING_REGISTER_ENABLE_RINGS:
        case WALI_IORING_REGISTER_IOWQ_AFF:
        case WALI_IORING_UNREGISTER_IOWQ_AFF:
        case WALI_IORING_REGISTER_IOWQ_MAX_WORKERS:
        case WALI_IORING_REGISTER_FILE_ALLOC_RANGE:
        case WALI_IORING_REGISTER_PBUF_STATUS:
        case WALI_IORING_REGISTER_NAPI:
        case WALI_IORING_UNREGISTER_NAPI:
        case WALI_IORING_REGISTER_CLOCK:
        case WALI_IORING_REGISTER_CLONE_BUFFERS: return pass(fd, opcode, wali_pointer(arg), nr_args);
        default: return wali_error(WALI_EINVAL);
    }
}
