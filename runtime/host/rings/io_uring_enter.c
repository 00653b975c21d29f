// SPDX-License-Identifier: BSL-1.0
//
// io_uring_enter. Each entry is copied once, translated, and put behind those that the kernel may take; what is there
// is never changed or taken back, so that nobody, by whatever descriptor, can make the kernel read half an entry. What
// has completed is copied to the guest's ring. Submitting and delivering are one thread's at a time; who waits, does it
// where handlers of the guest may run.
#include <string.h>

#include "ring.h"
#include "signals/signals.h"

#define ENTER_PASSED (uint32_t)(WALI_IORING_ENTER_GETEVENTS | WALI_IORING_ENTER_EXT_ARG | WALI_IORING_ENTER_ABS_TIMER)
#define ENTER_KNOWN (ENTER_PASSED | (uint32_t)(WALI_IORING_ENTER_SQ_WAKEUP | WALI_IORING_ENTER_SQ_WAIT))

// --- submission ---

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

// How many entries the kernel may take and has not.
static uint32_t offered(struct ring* ring) {
    return kernel_word(ring, ring->params.sq_off.tail) - kernel_word(ring, ring->params.sq_off.head);
}

// Offers one entry; false if the guest names one that does not exist.
static bool offer_entry(struct ring* ring, uint32_t position) {
    const struct ring_params* params = &ring->params;
    const uint32_t mask = params->sq_entries - 1;
    const uint32_t array = params->sq_off.array + (position & mask) * (uint32_t)sizeof(uint32_t);
    const uint32_t index =
        params->flags & WALI_IORING_SETUP_NO_SQARRAY ? position & mask : guest_word(ring, array, UINT32_MAX);
    const uint32_t tail = kernel_word(ring, params->sq_off.tail);
    struct io_uring_sqe entry;
    if (index > mask) return false;
    if (guest_copy(&entry, ring->guest_entries + index * sq_stride(params), sizeof entry) != 0) return false;
    entry_translate(ring, &entry, tail & mask);
    memcpy(ring->kernel_entries + (tail & mask) * sq_stride(params), &entry, sizeof entry);
    kernel_word_set(ring, params->sq_off.tail, tail + 1);
    return true;
}

// Offers entries until `wanted` are. One that does not exist is dropped and counted, and is the last, as in the kernel.
static void offer(struct ring* ring, uint32_t wanted) {
    const struct ring_params* params = &ring->params;
    const uint32_t ready = guest_word(ring, params->sq_off.tail, ring->entries_taken) - ring->entries_taken;
    uint32_t left = least(ready, params->sq_entries - offered(ring));
    for (; left > 0 && offered(ring) < wanted; --left)
        if (!offer_entry(ring, ring->entries_taken++)) {
            const uint32_t dropped = params->sq_off.dropped;
            guest_word_set(ring, dropped, guest_word(ring, dropped, 0) + 1);
            break;
        }
}

static uint64_t submit(struct ring* ring, uint32_t fd, uint32_t wanted, uint32_t flags) {
    offer(ring, wanted);
    const uint64_t result = wali_syscall6(NR_io_uring_enter, fd, least(offered(ring), wanted), 0,
                                          flags & WALI_IORING_ENTER_GETEVENTS, 0, 0);
    guest_word_set(ring, ring->params.sq_off.head, ring->entries_taken - offered(ring));
    return result;
}

// --- completion ---

static void copy_completion(struct ring* ring, uint32_t position) {
    const uint32_t size = cq_stride(&ring->params);
    const uint64_t at = ring->params.cq_off.cqes + (position & (ring->params.cq_entries - 1)) * (uint64_t)size;
    struct io_uring_cqe completion;
    memcpy(&completion, ring->kernel + at, sizeof completion);
    reception_end(ring, &completion);
    guest_copy(ring->guest + at, &completion, sizeof completion);
    if (size > sizeof completion)
        guest_copy(ring->guest + at + sizeof completion, ring->kernel + at + sizeof completion, sizeof completion);
}

// What the guest has read makes room for the kernel.
static void note_read(struct ring* ring) {
    const struct ring_params* params = &ring->params;
    kernel_word_set(ring, params->cq_off.head, guest_word(ring, params->cq_off.head, ring->delivered));
    kernel_word_set(ring, params->cq_off.flags, guest_word(ring, params->cq_off.flags, 0));
}

static void deliver(struct ring* ring) {
    const struct ring_params* params = &ring->params;
    while (ring->delivered != kernel_word(ring, params->cq_off.tail)) copy_completion(ring, ring->delivered++);
    guest_word_set(ring, params->cq_off.tail, ring->delivered);
    guest_word_set(ring, params->cq_off.overflow, kernel_word(ring, params->cq_off.overflow));
    ring_flags_show(ring);
}

// Whether nothing waits in the kernel to be fetched, and so many are unread. What is deferred need not show in the
// flags, but a call that asked for events has `fetched` it.
static bool has_unread(struct ring* ring, uint32_t wanted, bool fetched) {
    const uint32_t flags = kernel_word(ring, ring->params.sq_off.flags);
    return (fetched || !(ring->params.flags & WALI_IORING_SETUP_DEFER_TASKRUN)) &&
           !(flags & (WALI_IORING_SQ_CQ_OVERFLOW | WALI_IORING_SQ_TASKRUN)) &&
           ring->delivered - kernel_word(ring, ring->params.cq_off.head) >= wanted;
}

// --- waiting ---

// The last two arguments: a signal mask, or a structure with one and a timeout.
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
    native->pointer = 0;
    native->size = size;
    if (address == 0) return flags & WALI_IORING_ENTER_EXT_ARG ? -WALI_EFAULT : 0;
    if (!(flags & WALI_IORING_ENTER_EXT_ARG)) {
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

// --- the call ---

struct call {
    uint32_t fd, to_submit, min_complete, flags;
    uint64_t result;
    uint64_t serial;  // of the ring, to find the same again
    bool waits;       // the kernel is to be asked to
};

// False if the guess was wrong. That the kernel took entries from the ring's memory shows that it was right.
static bool submit_and_deliver(struct call* call, struct ring* ring, bool is_guess) {
    const uint32_t head = kernel_word(ring, ring->params.sq_off.head);
    const bool polled = ring->params.flags & WALI_IORING_SETUP_SQPOLL;
    const bool wants_events = call->flags & WALI_IORING_ENTER_GETEVENTS;
    buffers_offer(ring);
    note_read(ring);
    const bool submits = polled || call->to_submit != 0 || !wants_events || call->min_complete == 0;
    call->result = 0;
    if (submits) call->result = submit(ring, call->fd, polled ? UINT32_MAX : call->to_submit, call->flags);
    if (is_guess && kernel_word(ring, ring->params.sq_off.head) == head && !ring_is_at(call->fd, ring)) return false;
    if (polled && !failed(call->result)) call->result = call->to_submit;
    deliver(ring);
    call->serial = ring->serial;
    call->waits = wants_events && call->result == call->to_submit && call->min_complete != 0 &&
                  !has_unread(ring, call->min_complete, submits);
    return true;
}

static void find_and_submit(struct call* call) {
    struct ring* ring = ring_guess(call->fd);
    const bool done = ring && submit_and_deliver(call, ring, true);
    if (ring) ring_give(ring);
    if (done) return;
    ring = ring_take(call->fd);
    if (ring)
        submit_and_deliver(call, ring, false);
    else
        call->result = not_a_ring(call->fd);
    if (ring) ring_give(ring);
}

static void deliver_again(const struct call* call) {
    handlers_block();
    struct ring* ring = ring_guess(call->fd);
    if (ring && ring->serial == call->serial) deliver(ring);
    if (ring) ring_give(ring);
    handlers_restore();
}

uint64_t w2c_wali_SYS_io_uring_enter(struct w2c_wali* host, uint32_t fd, uint32_t to_submit, uint32_t min_complete,
                                     uint32_t flags, uint32_t argp, uint32_t argsz) {
    (void)host;
    if (flags & ~ENTER_KNOWN) return wali_error(WALI_EINVAL);
    struct wait_argument argument;
    const int64_t error = flags & WALI_IORING_ENTER_GETEVENTS ? read_argument(&argument, flags, argp, argsz) : 0;
    struct call call = {.fd = fd, .to_submit = to_submit, .min_complete = min_complete, .flags = flags};
    handlers_block();
    find_and_submit(&call);
    handlers_restore();
    if (call.result != to_submit) return call.result;
    uint64_t waited = (uint64_t)error;
    if (call.waits && error == 0) {
        waited = wali_syscall6(NR_io_uring_enter, fd, 0, min_complete, flags & ENTER_PASSED, argument.pointer,
                               argument.size);
        deliver_again(&call);
    }
    return to_submit > 0 ? call.result : waited;
}
