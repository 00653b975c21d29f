// SPDX-License-Identifier: BSL-1.0
//
// io_uring. Entries hold 64-bit addresses that must be translated, so the kernel's rings are the host's alone and the
// guest sees others of the same layout. io_uring_enter copies each entry once, translates it and submits it; what has
// completed is copied back. The guest's ring always says that completions may wait in the kernel (CQ_OVERFLOW), so that
// who looks for some asks first. Rings that the kernel would read by itself (SQPOLL) are refused.
#include <string.h>

#include "entry.h"
#include "signals/signals.h"
#include "threads/threads.h"

#define SETUP_PASSED                                                                                                \
    (IORING_SETUP_IOPOLL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED |                     \
     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SINGLE_ISSUER | \
     IORING_SETUP_DEFER_TASKRUN)
// Not: registered buffers with tags, and what came after Linux 6.1.
#define FEATURES_PASSED (0x1fffU & ~IORING_FEAT_RSRC_TAGS)
#define FEATURES_NEEDED (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_SUBMIT_STABLE)

struct ring {
    bool used;
    uint32_t fd;
    uint64_t serial;      // no two rings have the same
    uint32_t generation;  // of the process that made it: a child has the descriptor, but its own copy of this
    struct io_uring_params layout;
    uint64_t rings_size;    // whole pages
    uint64_t entries_size;  // whole pages
    uint8_t* kernel;        // the kernel's rings
    struct io_uring_sqe* kernel_entries;
    uint8_t* guest;  // the guest's rings, and behind them its entries
    uint8_t* room;   // IO_URING_ROOM for each entry
};

#define RINGS 64U
static struct ring rings[RINGS];
static host_lock rings_lock;
static _Atomic bool any_rings;

// A handler that runs after this may close the ring, and another one may take its place: who does not block handlers
// must look again.
static struct ring* find(uint32_t fd) {
    for (unsigned i = 0; any_rings && i < RINGS; ++i)
        if (rings[i].used && rings[i].fd == fd && rings[i].generation == process_generation()) return &rings[i];
    return NULL;
}

static _Atomic uint32_t* word(uint8_t* memory, uint32_t offset) { return (_Atomic uint32_t*)(memory + offset); }

// --- setup ---

static void* map(uint64_t size, uint64_t flags, uint64_t fd, uint64_t offset) {
    const uint64_t at = wali_syscall6(NR_mmap, 0, size, READ_WRITE, flags, fd, offset);
    return failed(at) ? NULL : (void*)at;
}

static void unmap(void* memory, uint64_t size) {
    if (memory) wali_syscall2(NR_munmap, (uint64_t)memory, size);
}

static void ring_free(struct ring* ring) {
    unmap(ring->kernel, ring->rings_size);
    unmap(ring->kernel_entries, ring->entries_size);
    unmap(ring->guest, ring->rings_size + ring->entries_size);
    unmap(ring->room, ring->layout.sq_entries * IO_URING_ROOM);
    memset(ring, 0, sizeof *ring);
}

static bool ring_map(struct ring* ring) {
    const struct io_uring_params* layout = &ring->layout;
    const uint64_t submissions = layout->sq_off.array + layout->sq_entries * sizeof(uint32_t);
    const uint64_t completions = layout->cq_off.cqes + layout->cq_entries * sizeof(struct io_uring_cqe);
    ring->rings_size = page_up(submissions > completions ? submissions : completions);
    ring->entries_size = page_up(layout->sq_entries * sizeof(struct io_uring_sqe));
    ring->kernel = map(ring->rings_size, WALI_MAP_SHARED | WALI_MAP_POPULATE, ring->fd, IORING_OFF_SQ_RING);
    ring->kernel_entries = map(ring->entries_size, WALI_MAP_SHARED | WALI_MAP_POPULATE, ring->fd, IORING_OFF_SQES);
    ring->guest = map(ring->rings_size + ring->entries_size, SHARED_MEMORY, (uint64_t)-1L, 0);
    ring->room = map(layout->sq_entries * IO_URING_ROOM, PRIVATE_MEMORY, (uint64_t)-1L, 0);
    if (!ring->kernel || !ring->kernel_entries || !ring->guest || !ring->room) return false;
    memcpy(ring->guest, ring->kernel, ring->rings_size);
    *word(ring->guest, layout->sq_off.flags) |= IORING_SQ_CQ_OVERFLOW;
    for (uint32_t i = 0; i < layout->sq_entries; ++i) word(ring->kernel, layout->sq_off.array)[i] = i;
    return true;
}

// A place in the table. Nobody tells the host when the guest closes a ring: it is seen here.
static struct ring* ring_allocate(uint32_t fd) {
    struct ring* place = NULL;
    for (unsigned i = 0; i < RINGS; ++i) {
        struct ring* ring = &rings[i];
        if (ring->used && (ring->fd == fd || failed(wali_syscall3(NR_fcntl, ring->fd, WALI_F_GETFD, 0))))
            ring_free(ring);
        if (!ring->used && !place) place = ring;
    }
    return place;
}

// What mmap shows of it.
static uint64_t ring_memory(uint32_t fd, uint64_t offset, uint64_t size) {
    const struct ring* ring = find(fd);
    if (!ring) return 0;
    switch (offset) {
        case IORING_OFF_SQ_RING:
        case IORING_OFF_CQ_RING: return size <= ring->rings_size ? (uint64_t)ring->guest : wali_error(WALI_EINVAL);
        case IORING_OFF_SQES:
            return size <= ring->entries_size ? (uint64_t)ring->guest + ring->rings_size : wali_error(WALI_EINVAL);
        default: return wali_error(WALI_EINVAL);
    }
}

static bool ring_add(uint32_t fd, const struct io_uring_params* layout) {
    const uint64_t mask = lock_take(&rings_lock);
    static uint64_t rings_made;
    struct ring* ring = ring_allocate(fd);
    bool added = false;
    if (ring) {
        ring->fd = fd;
        ring->layout = *layout;
        ring->serial = ++rings_made;
        ring->generation = process_generation();
        added = ring_map(ring);
        if (!added) ring_free(ring);
        ring->used = added;
        any_rings |= added;
        if (added) threads_exclude();
        if (added) mmap_rings(ring_memory);
    }
    lock_release(&rings_lock, mask);
    return added;
}

// With signals blocked: no handler exchanges the descriptor before its memory is mapped.
static uint64_t set_up(uint32_t entries, struct io_uring_params* layout) {
    const uint64_t fd = wali_syscall2(NR_io_uring_setup, entries, (uint64_t)layout);
    if (failed(fd)) return fd;
    uint64_t error = (layout->features & FEATURES_NEEDED) == FEATURES_NEEDED ? 0 : wali_error(WALI_ENOSYS);
    if (error == 0 && !ring_add((uint32_t)fd, layout)) error = wali_error(WALI_ENOMEM);
    if (error != 0) wali_syscall1(NR_close, fd);
    return error == 0 ? fd : error;
}

uint64_t w2c_wali_SYS_io_uring_setup(struct w2c_wali* host, uint32_t entries, uint32_t params) {
    (void)host;
    struct io_uring_params layout;
    // Another thread could exchange a descriptor between the look at it and its use (mmap.c).
    if (threads_started()) return wali_error(WALI_ENOSYS);
    if (guest_read(&layout, params, sizeof layout) != 0) return wali_error(WALI_EFAULT);
    if (layout.flags & ~SETUP_PASSED) return wali_error(WALI_EINVAL);
    const uint64_t mask = signals_block();
    const uint64_t fd = set_up(entries, &layout);
    signals_restore(mask);
    layout.features &= FEATURES_PASSED;
    if (failed(fd) || guest_write(params, &layout, sizeof layout) == 0) return fd;
    wali_syscall1(NR_close, fd);
    return wali_error(WALI_EFAULT);
}

// --- submission ---

// Copies one entry; false if the guest names one that does not exist.
static bool take_entry(struct ring* ring, uint32_t position, uint32_t slot) {
    const struct io_uring_params* layout = &ring->layout;
    const uint32_t mask = layout->sq_entries - 1;
    const uint32_t index = word(ring->guest, layout->sq_off.array)[position & mask];
    struct io_uring_sqe entry;
    if (index > mask) return false;
    guest_copy(&entry, ring->guest + ring->rings_size + index * sizeof entry, sizeof entry);
    io_uring_translate(&entry, ring->room + slot * IO_URING_ROOM);
    ring->kernel_entries[slot] = entry;
    return true;
}

// Offers up to `wanted` entries to the kernel, and takes back those that it does not want.
static uint64_t submit(struct ring* ring, uint32_t wanted) {
    const struct io_sqring_offsets* at = &ring->layout.sq_off;
    const uint32_t entries = ring->layout.sq_entries;
    const uint32_t head = *word(ring->guest, at->head);
    const uint32_t ready = *word(ring->guest, at->tail) - head;
    const uint32_t limit = ready < entries ? ready : entries;
    const uint32_t first = *word(ring->kernel, at->head);
    uint32_t count = 0;
    while (count < limit && count < wanted && take_entry(ring, head + count, (first + count) & (entries - 1))) ++count;
    *word(ring->kernel, at->tail) = first + count;
    const uint64_t result = wali_syscall6(NR_io_uring_enter, ring->fd, count, 0, 0, 0, 0);
    const uint32_t taken = *word(ring->kernel, at->head) - first;
    *word(ring->kernel, at->tail) = first + taken;
    // One that does not exist is dropped and counted, as the kernel does.
    const bool dropped = taken == count && count < limit && count < wanted;
    if (dropped) ++*word(ring->guest, at->dropped);
    *word(ring->guest, at->head) = head + taken + dropped;
    return result;
}

// --- completion ---

static uint32_t unread(struct ring* ring) {
    const struct io_cqring_offsets* at = &ring->layout.cq_off;
    const uint32_t count = *word(ring->guest, at->tail) - *word(ring->guest, at->head);
    return count < ring->layout.cq_entries ? count : ring->layout.cq_entries;
}

// Copies completions as far as the guest's ring has room.
static void deliver(struct ring* ring) {
    const struct io_cqring_offsets* at = &ring->layout.cq_off;
    const uint32_t mask = ring->layout.cq_entries - 1;
    const struct io_uring_cqe* from = (const struct io_uring_cqe*)(ring->kernel + at->cqes);
    struct io_uring_cqe* to = (struct io_uring_cqe*)(ring->guest + at->cqes);
    uint32_t room = ring->layout.cq_entries - unread(ring);
    uint32_t tail = *word(ring->guest, at->tail);
    uint32_t head = *word(ring->kernel, at->head);
    for (; room > 0 && head != *word(ring->kernel, at->tail); --room) to[tail++ & mask] = from[head++ & mask];
    *word(ring->kernel, at->head) = head;
    *word(ring->guest, at->tail) = tail;
    *word(ring->guest, at->overflow) = *word(ring->kernel, at->overflow);
    *word(ring->guest, ring->layout.sq_off.flags) =
        *word(ring->kernel, ring->layout.sq_off.flags) | IORING_SQ_CQ_OVERFLOW;
}

// The last two arguments of io_uring_enter: a signal mask, or a structure with one and a timeout.
struct wait_argument {
    struct io_uring_getevents_arg extended;
    uint64_t mask;
    uint64_t pointer;
    uint64_t size;
};

static int64_t read_mask(struct wait_argument* native, uint64_t address, uint64_t size) {
    if (address > UINT32_MAX) return -WALI_EFAULT;
    return signal_mask_read(&native->mask, (uint32_t)address, size);
}

static int64_t read_argument(struct wait_argument* native, uint32_t flags, uint32_t address, uint32_t size) {
    memset(native, 0, sizeof *native);
    native->size = size;
    if (address == 0) return flags & IORING_ENTER_EXT_ARG ? -WALI_EFAULT : 0;
    if (!(flags & IORING_ENTER_EXT_ARG)) {
        native->pointer = (uint64_t)&native->mask;
        return read_mask(native, address, size);
    }
    if (size != sizeof native->extended) return -WALI_EINVAL;
    if (guest_read(&native->extended, address, size) != 0 || native->extended.ts > UINT32_MAX) return -WALI_EFAULT;
    native->extended.ts = wali_pointer((uint32_t)native->extended.ts);
    native->pointer = (uint64_t)&native->extended;
    if (native->extended.sigmask == 0) return 0;
    const int64_t error = read_mask(native, native->extended.sigmask, native->extended.sigmask_sz);
    native->extended.sigmask = (uint64_t)&native->mask;
    return error;
}

// Completions that the guest has not read yet count, wherever they are.
static uint64_t wait_for(uint32_t fd, uint32_t wanted, uint32_t have, uint32_t flags, uint32_t argp, uint32_t argsz) {
    struct wait_argument argument;
    const int64_t error = read_argument(&argument, flags, argp, argsz);
    if (error != 0) return (uint64_t)error;
    return wali_syscall6(NR_io_uring_enter, fd, 0, wanted > have ? wanted - have : 0, flags, argument.pointer,
                         argument.size);
}

// What one call of io_uring_enter knows of its ring while handlers run.
struct seen {
    uint32_t fd;
    uint64_t serial;  // 0: it is no ring, or none any more
    uint32_t unread;
};

static struct ring* look(const struct seen* seen) {
    struct ring* ring = find(seen->fd);
    return ring && (seen->serial == 0 || ring->serial == seen->serial) ? ring : NULL;
}

// Entries refer to guest memory, which may fault.
static uint64_t submit_and_deliver(struct seen* seen, uint32_t count) {
    const uint64_t mask = handlers_block();
    struct ring* ring = look(seen);
    uint64_t result = 0;
    if (ring) {
        seen->serial = ring->serial;
        result = submit(ring, count);
        deliver(ring);
        seen->unread = unread(ring);
    }
    handlers_restore(mask);
    return result;
}

static void deliver_again(const struct seen* seen) {
    const uint64_t mask = signals_block();
    struct ring* ring = look(seen);
    if (ring) deliver(ring);
    signals_restore(mask);
}

static uint64_t not_a_ring(uint32_t fd) {
    return failed(wali_syscall3(NR_fcntl, fd, WALI_F_GETFD, 0)) ? wali_error(WALI_EBADF) : wali_error(WALI_EOPNOTSUPP);
}

uint64_t w2c_wali_SYS_io_uring_enter(struct w2c_wali* host, uint32_t fd, uint32_t to_submit, uint32_t min_complete,
                                     uint32_t flags, uint32_t argp, uint32_t argsz) {
    (void)host;
    if (flags & ~(IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT | IORING_ENTER_EXT_ARG))
        return wali_error(WALI_EINVAL);
    struct seen seen = {.fd = fd};
    const uint64_t submitted = submit_and_deliver(&seen, to_submit);
    if (seen.serial == 0) return not_a_ring(fd);
    if (!(flags & IORING_ENTER_GETEVENTS) || submitted != to_submit) return submitted;
    const uint64_t waited = wait_for(fd, min_complete, seen.unread, flags, argp, argsz);
    deliver_again(&seen);
    return submitted > 0 ? submitted : waited;
}

// --- registration ---

static uint64_t pass(uint32_t fd, uint32_t opcode, uint64_t argument, uint32_t count) {
    return wali_syscall4(NR_io_uring_register, fd, opcode, argument, count);
}

static uint64_t register_buffers(uint32_t fd, uint32_t address, uint32_t count) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    const int64_t error = iovec_read(native, address, count);
    return error != 0 ? (uint64_t)error : pass(fd, IORING_REGISTER_BUFFERS, (uint64_t)native, count);
}

static uint64_t update_files(uint32_t fd, uint32_t address, uint32_t count) {
    struct io_uring_files_update update;
    if (guest_read(&update, address, sizeof update) != 0 || update.fds > UINT32_MAX) return wali_error(WALI_EFAULT);
    update.fds = wali_pointer((uint32_t)update.fds);
    return pass(fd, IORING_REGISTER_FILES_UPDATE, (uint64_t)&update, count);
}

// Says what the kernel supports, without what is not passed.
static uint64_t probe(uint32_t fd, uint32_t address, uint32_t count) {
    _Alignas(struct io_uring_probe) unsigned char
        answer[sizeof(struct io_uring_probe) + 256 * sizeof(struct io_uring_probe_op)];
    struct io_uring_probe_op* operations = ((struct io_uring_probe*)answer)->ops;
    if (count > 256) return wali_error(WALI_EINVAL);
    const size_t size = sizeof(struct io_uring_probe) + count * sizeof *operations;
    if (guest_read(answer, address, size) != 0) return wali_error(WALI_EFAULT);
    const uint64_t result = pass(fd, IORING_REGISTER_PROBE, (uint64_t)answer, count);
    if (failed(result)) return result;
    for (uint32_t i = 0; i < count; ++i)
        if (!io_uring_operation_known(i)) operations[i].flags = 0;
    return guest_write(address, answer, size) != 0 ? wali_error(WALI_EFAULT) : result;
}

uint64_t w2c_wali_SYS_io_uring_register(struct w2c_wali* host, uint32_t fd, uint32_t opcode, uint32_t arg,
                                        uint32_t nr_args) {
    (void)host;
    if (!find(fd)) return not_a_ring(fd);
    switch (opcode) {
        case IORING_REGISTER_BUFFERS: return register_buffers(fd, arg, nr_args);
        case IORING_REGISTER_FILES_UPDATE: return update_files(fd, arg, nr_args);
        case IORING_REGISTER_PROBE: return probe(fd, arg, nr_args);
        case IORING_REGISTER_FILES:
        case IORING_UNREGISTER_FILES:
        case IORING_UNREGISTER_BUFFERS:
        case IORING_REGISTER_EVENTFD:
        case IORING_REGISTER_EVENTFD_ASYNC:
        case IORING_UNREGISTER_EVENTFD:
        case IORING_REGISTER_PERSONALITY:
        case IORING_UNREGISTER_PERSONALITY:
        case IORING_REGISTER_RESTRICTIONS:
        case IORING_REGISTER_ENABLE_RINGS:
        case IORING_REGISTER_IOWQ_AFF:
        case IORING_UNREGISTER_IOWQ_AFF:
        case IORING_REGISTER_IOWQ_MAX_WORKERS:
        case IORING_REGISTER_SYNC_CANCEL:
        case IORING_REGISTER_FILE_ALLOC_RANGE: return pass(fd, opcode, wali_pointer(arg), nr_args);
        default: return wali_error(WALI_EINVAL);
    }
}
