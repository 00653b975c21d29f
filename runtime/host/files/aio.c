// SPDX-License-Identifier: BSL-1.0
//
// Linux AIO. A context is for the kernel the address of its ring in the process; the guest gets a number instead. An
// operation is for the kernel the address of its iocb, by which events name it: each gets one of the host's until its
// event has been taken, which no other operation is written to. The kernel never reads half of one and half of another.
#include <linux/aio_abi.h>

#include "files.h"
#include "signals/signals.h"

#define CONTEXTS 64U
#define OPERATIONS 65536U  // the kernel's own limit for all processes together, unless an administrator raises it
#define CHUNK 64U          // events per call of the kernel

// While it is SUBMITTED, it belongs to the thread that does that, whatever becomes of its context.
#define SUBMITTED 0x100U
#define DELIVERED 0x200U

struct operation {
    struct iocb native;
    _Atomic uint32_t state;  // the guest's number of the context, and the flags above; 0: free
    uint32_t guest;          // the guest's iocb
};

static _Atomic uint64_t contexts[CONTEXTS];  // the guest's number is the index plus one; 0 is free
static struct operation* _Atomic operations;
static atomic_uint next_operation;  // where to look first

// --- contexts ---

static uint64_t context_of(uint64_t number) { return number - 1 < CONTEXTS ? contexts[number - 1] : 0; }

// The guest's number of a context, 0 if there are too many.
static uint64_t context_add(uint64_t context) {
    for (unsigned i = 0; i < CONTEXTS; ++i) {
        uint64_t expected = 0;
        if (atomic_compare_exchange_strong(&contexts[i], &expected, context)) return i + 1;
    }
    return 0;
}

static bool make_operations(void) {
    struct operation* expected = NULL;
    if (operations) return true;
    const uint64_t at = map_own(OPERATIONS * sizeof(struct operation));
    if (failed(at)) return false;
    if (!atomic_compare_exchange_strong(&operations, &expected, (struct operation*)at))
        wali_syscall2(NR_munmap, at, OPERATIONS * sizeof(struct operation));
    return true;
}

void aio_forked(void) {
    struct operation* const parents = operations;
    operations = NULL;
    for (unsigned i = 0; i < CONTEXTS; ++i) contexts[i] = 0;
    if (parents) wali_syscall2(NR_munmap, (uint64_t)parents, OPERATIONS * sizeof *parents);
}

uint64_t w2c_wali_SYS_io_setup(struct w2c_wali* host, uint32_t nr_events, uint32_t ctx_idp) {
    (void)host;
    uint64_t context;
    if (guest_read(&context, ctx_idp, sizeof context) != 0) return wali_error(WALI_EFAULT);
    if (!make_operations()) return wali_error(WALI_ENOMEM);
    const uint64_t result = wali_syscall2(NR_io_setup, nr_events, (uint64_t)&context);
    if (failed(result)) return result;
    const uint64_t number = context_add(context);
    if (number != 0 && guest_write(ctx_idp, &number, sizeof number) == 0) return 0;
    if (number != 0) contexts[number - 1] = 0;
    wali_syscall1(NR_io_destroy, context);
    return number == 0 ? wali_error(WALI_EAGAIN) : wali_error(WALI_EFAULT);
}

uint64_t w2c_wali_SYS_io_destroy(struct w2c_wali* host, uint64_t ctx_id) {
    (void)host;
    const uint64_t context = context_of(ctx_id);
    const uint64_t result = context == 0 ? wali_error(WALI_EINVAL) : wali_syscall1(NR_io_destroy, context);
    if (failed(result)) return result;
    // The number last: another context may have it then.
    for (unsigned i = 0; i < OPERATIONS; ++i) {
        uint32_t expected = (uint32_t)ctx_id;
        atomic_compare_exchange_strong(&operations[i].state, &expected, 0);
    }
    contexts[ctx_id - 1] = 0;
    return result;
}

// --- operations ---

// A free one for an iocb of the guest; NULL if there is none.
static struct operation* operation_take(uint64_t number, uint32_t guest) {
    const unsigned first = atomic_fetch_add(&next_operation, 1);
    for (unsigned i = 0; i < OPERATIONS; ++i) {
        struct operation* const operation = &operations[(first + i) % OPERATIONS];
        uint32_t expected = 0;
        if (!atomic_compare_exchange_strong(&operation->state, &expected, (uint32_t)number | SUBMITTED)) continue;
        operation->guest = guest;
        return operation;
    }
    return NULL;
}

static void operation_submitted(struct operation* operation, uint64_t number, bool accepted) {
    uint32_t expected = (uint32_t)number | SUBMITTED;
    if (!accepted || !atomic_compare_exchange_strong(&operation->state, &expected, (uint32_t)number))
        operation->state = 0;
}

static void operation_delivered(struct operation* operation) {
    if (!(atomic_fetch_or(&operation->state, DELIVERED) & SUBMITTED)) operation->state = 0;
}

static uint64_t translated(uint64_t address) {
    return address > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)address);
}

static uint64_t vector(struct wali_native_iovec* native, const struct iocb* operation) {
    if (operation->aio_buf > UINT32_MAX) return UNMAPPED_POINTER;
    return iovec_translate(native, (uint32_t)operation->aio_buf, (uint32_t)operation->aio_nbytes);
}

// Starts one operation: 1 or an error.
static uint64_t submit(uint64_t number, uint32_t address) {
    struct wali_native_iovec native[GUEST_IOV_MAX];
    const uint32_t key = 0;
    struct iocb copy;
    if (guest_read(&copy, address, sizeof copy) != 0) return wali_error(WALI_EFAULT);
    switch (copy.aio_lio_opcode) {
        case IOCB_CMD_PREAD:
        case IOCB_CMD_PWRITE: copy.aio_buf = translated(copy.aio_buf); break;
        case IOCB_CMD_PREADV:
        case IOCB_CMD_PWRITEV: copy.aio_buf = vector(native, &copy); break;
        default: break;  // no address: a mask of events, or nothing
    }
    if (guest_write((uint32_t)(address + offsetof(struct iocb, aio_key)), &key, sizeof key) != 0)
        return wali_error(WALI_EFAULT);
    // Until the kernel has read it, and the vectors on this stack, no handler of the guest may jump away.
    handlers_block();
    uint64_t result = wali_error(WALI_EAGAIN);
    struct operation* const operation = operation_take(number, address);
    if (operation) {
        struct iocb* const iocb = &operation->native;
        *iocb = copy;
        result = wali_syscall3(NR_io_submit, context_of(number), 1, (uint64_t)&iocb);
        operation_submitted(operation, number, result == 1);
    }
    handlers_restore();
    return result;
}

uint64_t w2c_wali_SYS_io_submit(struct w2c_wali* host, uint64_t ctx_id, uint64_t nr, uint32_t iocbpp) {
    (void)host;
    if (context_of(ctx_id) == 0 || (int64_t)nr < 0) return wali_error(WALI_EINVAL);
    for (uint64_t i = 0; i < nr; ++i) {
        uint32_t operation;
        const uint64_t element = iocbpp + i * sizeof operation;
        uint64_t result = wali_error(WALI_EFAULT);
        if (element <= UINT32_MAX && guest_read(&operation, (uint32_t)element, sizeof operation) == 0)
            result = submit(ctx_id, operation);
        if (result != 1) return i > 0 ? i : result;
    }
    return nr;
}

uint64_t w2c_wali_SYS_io_cancel(struct w2c_wali* host, uint64_t ctx_id, uint32_t iocb, uint32_t result) {
    (void)host;
    uint32_t key;  // which the kernel reads before it looks for the context
    if (guest_read(&key, iocb + (uint32_t)offsetof(struct iocb, aio_key), sizeof key) != 0)
        return wali_error(WALI_EFAULT);
    const uint64_t context = context_of(ctx_id);
    uint64_t done = wali_error(WALI_EINVAL);
    // Of those that were submitted with the same iocb, the first that can be cancelled.
    for (unsigned i = 0; context != 0 && i < OPERATIONS && done == wali_error(WALI_EINVAL); ++i)
        if ((operations[i].state & ~SUBMITTED) == ctx_id && operations[i].guest == iocb)
            done = wali_syscall3(NR_io_cancel, context, (uint64_t)&operations[i].native, wali_pointer(result));
    return done;
}

// --- events ---

// Hands `count` events to the guest.
static bool deliver(struct io_event* events, uint64_t count, uint64_t address) {
    for (uint64_t i = 0; i < count; ++i) {
        struct operation* const operation = (struct operation*)events[i].obj;
        events[i].obj = operation->guest;
        operation_delivered(operation);
    }
    const uint64_t size = count * sizeof *events;
    return count == 0 || (address + size <= 1UL << 32 && guest_write((uint32_t)address, events, size) == 0);
}

// The kernel reads the timeout before it looks for the context, and at the numbers.
static uint64_t get_events(uint64_t context, uint64_t least, uint64_t most, uint32_t events, uint32_t timeout,
                           uint64_t signals) {
    struct io_event chunk[CHUNK];
    uint64_t done = 0;
    if ((int64_t)least < 0 || (int64_t)most < (int64_t)least) context = 0;
    do {
        const uint64_t want = most - done < CHUNK ? most - done : CHUNK;
        const uint64_t missing = least > done ? least - done : 0;
        const uint64_t count = wali_syscall6(NR_io_pgetevents, context, missing < want ? missing : want, want,
                                             (uint64_t)chunk, wali_pointer(timeout), signals);
        if (failed(count)) return done > 0 ? done : count;
        if (!deliver(chunk, count, events + done * sizeof *chunk)) return done > 0 ? done : wali_error(WALI_EFAULT);
        done += count;
        if (count < want) break;
    } while (done < most);
    return done;
}

uint64_t w2c_wali_SYS_io_getevents(struct w2c_wali* host, uint64_t ctx_id, uint64_t min_nr, uint64_t nr,
                                   uint32_t events, uint32_t timeout) {
    (void)host;
    return get_events(context_of(ctx_id), min_nr, nr, events, timeout, 0);
}

uint64_t w2c_wali_SYS_io_pgetevents(struct w2c_wali* host, uint64_t ctx_id, uint64_t min_nr, uint64_t nr,
                                    uint32_t events, uint32_t timeout, uint32_t usig) {
    (void)host;
    struct wali_guest_aio_sigset guest = {0, 0};
    struct wali_native_aio_sigset native = {0, 0};
    uint64_t mask;
    if (usig != 0 && guest_read(&guest, usig, sizeof guest) != 0) return wali_error(WALI_EFAULT);
    if (guest.sigmask != 0) {
        const int64_t error = signal_mask_read(&mask, guest.sigmask, guest.sigsetsize);
        if (error != 0) return (uint64_t)error;
        native = (struct wali_native_aio_sigset){(uint64_t)&mask, sizeof mask};
    }
    return get_events(context_of(ctx_id), min_nr, nr, events, timeout, (uint64_t)&native);
}
