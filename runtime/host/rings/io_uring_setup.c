// SPDX-License-Identifier: BSL-1.0
//
// io_uring_setup. The kernel cannot poll the guest's submissions itself, because they hold addresses of 64 bits that
// are the guest's: with SQPOLL, what would do that always sleeps, as it may, and io_uring_enter wakes it.
#include "ring.h"
#include "signals/signals.h"

#define SETUP_POLLED (uint32_t)(WALI_IORING_SETUP_SQPOLL | WALI_IORING_SETUP_SQ_AFF)
#define SETUP_HOSTS (uint32_t)(SETUP_POLLED | WALI_IORING_SETUP_NO_MMAP | WALI_IORING_SETUP_NO_SQARRAY)
#define SETUP_TASKRUN \
    (uint32_t)(WALI_IORING_SETUP_COOP_TASKRUN | WALI_IORING_SETUP_TASKRUN_FLAG | WALI_IORING_SETUP_DEFER_TASKRUN)
#define SETUP_PASSED                                                                                       \
    (uint32_t)(WALI_IORING_SETUP_IOPOLL | WALI_IORING_SETUP_CQSIZE | WALI_IORING_SETUP_CLAMP |             \
               WALI_IORING_SETUP_ATTACH_WQ | WALI_IORING_SETUP_R_DISABLED | WALI_IORING_SETUP_SUBMIT_ALL | \
               WALI_IORING_SETUP_SQE128 | WALI_IORING_SETUP_CQE32 | WALI_IORING_SETUP_SINGLE_ISSUER | SETUP_TASKRUN)

#define FEATURES_PASSED (0xffffU & ~(uint32_t)WALI_IORING_FEAT_REG_REG_RING)
#define FEATURES_NEEDED (uint32_t)(WALI_IORING_FEAT_SINGLE_MMAP | WALI_IORING_FEAT_SUBMIT_STABLE)

static uint32_t power_of_two(uint32_t number, uint32_t limit) {
    uint32_t power = 1;
    while (power < number && power < limit) power *= 2;
    return power;
}

// Whether the kernel would poll so.
static uint64_t check_polling(const struct ring_params* wanted) {
    if (!(wanted->flags & SETUP_POLLED)) return 0;
    struct ring_params params = {.flags = wanted->flags & (SETUP_POLLED | SETUP_TASKRUN),
                                 .sq_thread_cpu = wanted->sq_thread_cpu};
    const uint64_t fd = wali_syscall2(NR_io_uring_setup, 1, (uint64_t)&params);
    if (failed(fd)) return fd;
    wali_syscall1(NR_close, fd);
    return 0;
}

static uint64_t check(const struct ring_params* params) {
    const uint64_t addresses = params->sq_off.user_addr | params->cq_off.user_addr;
    if (params->flags & ~(SETUP_HOSTS | SETUP_PASSED)) return wali_error(WALI_EINVAL);
    if (!(params->flags & WALI_IORING_SETUP_NO_MMAP)) return 0;
    if (params->sq_off.user_addr == 0 || params->cq_off.user_addr == 0) return wali_error(WALI_EFAULT);
    if (addresses % WALI_PAGE != 0) return wali_error(WALI_EINVAL);
    return addresses > UINT32_MAX ? wali_error(WALI_EFAULT) : 0;
}

// What is as it will be before the kernel is asked: it refuses what is wrong.
static void prepare(struct ring* ring, const struct ring_params* wanted, uint32_t entries) {
    const bool own_size = wanted->flags & WALI_IORING_SETUP_CQSIZE;
    ring->params = *wanted;
    ring->params.sq_entries = power_of_two(entries, SQ_ENTRIES_MAX);
    ring->params.cq_entries = own_size ? power_of_two(wanted->cq_entries, CQ_ENTRIES_MAX) : 2 * ring->params.sq_entries;
    if (!(wanted->flags & WALI_IORING_SETUP_NO_MMAP)) return;
    ring->is_guests = true;
    ring->guest = (uint8_t*)wali_pointer((uint32_t)wanted->cq_off.user_addr);
    ring->guest_entries = (uint8_t*)wali_pointer((uint32_t)wanted->sq_off.user_addr);
}

// The flag is unknown before Linux 6.5: then there are no rings.
static uint64_t explain(uint64_t error) {
    struct ring_params params = {.flags = WALI_IORING_SETUP_NO_MMAP};
    const bool is_unknown = error == wali_error(WALI_EINVAL) &&
                            wali_syscall2(NR_io_uring_setup, 1, (uint64_t)&params) == wali_error(WALI_EINVAL);
    return is_unknown ? wali_error(WALI_ENOSYS) : error;
}

static uint64_t make(struct ring* ring, uint32_t entries) {
    struct ring_params params = ring->params;
    params.flags &= SETUP_PASSED;
    params.flags |= WALI_IORING_SETUP_NO_MMAP;
    if (ring->params.flags & WALI_IORING_SETUP_SQPOLL) params.flags &= ~(uint32_t)WALI_IORING_SETUP_SINGLE_ISSUER;
    params.cq_off.user_addr = (uint64_t)ring->kernel;
    params.sq_off.user_addr = (uint64_t)ring->kernel_entries;
    const uint64_t fd = wali_syscall2(NR_io_uring_setup, entries, (uint64_t)&params);
    if (failed(fd)) return explain(fd);
    params.flags = ring->params.flags;
    params.sq_off.user_addr = ring->params.sq_off.user_addr;
    params.cq_off.user_addr = ring->params.cq_off.user_addr;
    ring->params = params;
    return fd;
}

// The guest's ring begins as the kernel's.
static int64_t show(struct ring* ring, uint32_t address) {
    struct ring_params params = ring->params;
    for (uint32_t i = 0; i < params.sq_entries; ++i)
        kernel_word_set(ring, params.sq_off.array + i * (uint32_t)sizeof i, i);
    if (guest_copy(ring->guest, ring->kernel, params.cq_off.cqes) != 0) return -WALI_EFAULT;
    ring_flags_show(ring);
    params.features &= FEATURES_PASSED;
    if (params.flags & WALI_IORING_SETUP_NO_SQARRAY) params.sq_off.array = 0;
    return guest_write(address, &params, sizeof params);
}

static uint64_t finish(struct ring* ring, uint32_t fd, uint32_t address) {
    if ((ring->params.features & FEATURES_NEEDED) != FEATURES_NEEDED) return wali_error(WALI_ENOSYS);
    const int64_t error = show(ring, address);
    if (error != 0) return (uint64_t)error;
    return ring_publish(ring, fd) ? fd : wali_error(WALI_ENOMEM);
}

static uint64_t set_up(struct ring* ring, uint32_t entries, const struct ring_params* wanted, uint32_t address) {
    const uint64_t error = check_polling(wanted);
    if (failed(error)) return error;
    prepare(ring, wanted, entries);
    uint64_t result = ring_map(ring) ? make(ring, entries) : wali_error(WALI_ENOMEM);
    if (!failed(result)) {
        const uint64_t fd = result;
        result = finish(ring, (uint32_t)fd, address);
        if (failed(result)) wali_syscall1(NR_close, fd);
    }
    if (failed(result)) ring_free(ring);
    return result;
}

uint64_t w2c_wali_SYS_io_uring_setup(struct w2c_wali* host, uint32_t entries, uint32_t params) {
    (void)host;
    struct ring_params wanted;
    if (guest_read(&wanted, params, sizeof wanted) != 0) return wali_error(WALI_EFAULT);
    const uint64_t error = check(&wanted);
    if (error != 0) return error;
    handlers_block();
    struct ring* ring = ring_place();
    const uint64_t result = ring ? set_up(ring, entries, &wanted, params) : wali_error(WALI_ENOMEM);
    if (ring) ring_give(ring);
    handlers_restore();
    return result;
}
