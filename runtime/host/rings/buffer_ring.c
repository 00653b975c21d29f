// SPDX-License-Identifier: BSL-1.0
//
// Rings of buffers that the program provides. The kernel reads addresses there at any time, so its ring is the host's,
// and what the guest adds to its own is offered whenever it enters the host.
#include <string.h>

#include "ring.h"

struct buffers {
    struct buffers* next;
    uint16_t group;
    uint16_t tail;     // what is offered
    uint32_t entries;  // a power of two
    bool is_guests;    // the guest's ring is linear memory that the guest has named
    struct io_uring_buf* guest;
    uint64_t size;  // whole pages, of each ring
};

// The kernel's ring lies in the pages behind.
static struct io_uring_buf* kernel_ring(const struct buffers* buffers) {
    return (struct io_uring_buf*)((uintptr_t)buffers + WALI_PAGE);
}

static struct buffers** place_of(struct ring* ring, uint16_t group) {
    struct buffers** place = &ring->buffers;
    while (*place && (*place)->group != group) place = &(*place)->next;
    return place;
}

static void destroy(struct buffers* buffers) {
    if (!buffers->is_guests) memory_unmap(buffers->guest, buffers->size);
    memory_unmap(buffers, WALI_PAGE + buffers->size);
}

void buffers_free(struct ring* ring) {
    while (ring->buffers) {
        struct buffers* first = ring->buffers;
        ring->buffers = first->next;
        destroy(first);
    }
}

// --- offering ---

// The tail lies where the first buffer has nothing.
#define TAIL_WORD (offsetof(struct io_uring_buf_ring, tail) - 2)

static void offer(struct buffers* buffers) {
    struct io_uring_buf* to = kernel_ring(buffers);
    const uint16_t mask = (uint16_t)(buffers->entries - 1);
    uint32_t word;
    if (guest_copy(&word, (const uint8_t*)buffers->guest + TAIL_WORD, sizeof word) != 0) return;
    const uint16_t tail = (uint16_t)(word >> 16);
    const uint16_t added = (uint16_t)(tail - buffers->tail);
    uint16_t at = added > buffers->entries ? (uint16_t)(tail - buffers->entries) : buffers->tail;
    for (; at != tail; ++at) {
        struct io_uring_buf buffer;
        if (guest_copy(&buffer, buffers->guest + (at & mask), sizeof buffer) != 0) return;
        to[at & mask].addr = buffer.addr > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)buffer.addr);
        to[at & mask].len = buffer.len;
        to[at & mask].bid = buffer.bid;
    }
    buffers->tail = tail;
    __atomic_store_n(&((struct io_uring_buf_ring*)to)->tail, tail, __ATOMIC_RELEASE);
}

void buffers_offer(struct ring* ring) {
    for (struct buffers* buffers = ring->buffers; buffers; buffers = buffers->next) offer(buffers);
}

// --- registering ---

// The guest's ring: linear memory, or memory that it will map.
static int64_t find_guest(struct buffers* buffers, uint64_t address) {
    if (!buffers->is_guests) {
        buffers->guest = shared_map(buffers->size);
        return buffers->guest ? 0 : -WALI_ENOMEM;
    }
    struct io_uring_buf end;
    const uint64_t last = address + (buffers->entries - 1) * sizeof end;
    if (address % WALI_PAGE != 0) return -WALI_EINVAL;
    if (last > UINT32_MAX || guest_read(&end, (uint32_t)address, sizeof end) != 0 ||
        guest_read(&end, (uint32_t)last, sizeof end) != 0)
        return -WALI_EFAULT;
    buffers->guest = (struct io_uring_buf*)wali_pointer((uint32_t)address);
    return 0;
}

// struct io_uring_buf_reg, of which older headers know no flags.
struct registration {
    uint64_t ring_addr;
    uint32_t ring_entries;
    uint16_t bgid;
    uint16_t flags;
    uint64_t reserved[3];
};
_Static_assert(sizeof(struct registration) == sizeof(struct io_uring_buf_reg), "io_uring_buf_reg");

static uint64_t register_with_kernel(uint32_t fd, struct registration registration, struct buffers* buffers) {
    registration.ring_addr = (uint64_t)kernel_ring(buffers);
    registration.flags &= (uint16_t)~WALI_IOU_PBUF_RING_MMAP;
    return wali_syscall4(NR_io_uring_register, fd, WALI_IORING_REGISTER_PBUF_RING, (uint64_t)&registration, 1);
}

uint64_t buffers_register(struct ring* ring, uint32_t fd, uint32_t address) {
    struct registration registration;
    if (guest_read(&registration, address, sizeof registration) != 0) return wali_error(WALI_EFAULT);
    const uint32_t entries = registration.ring_entries;
    if (entries == 0 || entries > 1U << 15 || (entries & (entries - 1)) != 0) return wali_error(WALI_EINVAL);
    const uint64_t size = page_up(entries * sizeof(struct io_uring_buf));
    struct buffers* buffers = unforked_map(0, WALI_PAGE + size);
    if (!buffers) return wali_error(WALI_ENOMEM);
    *buffers = (struct buffers){.group = registration.bgid,
                                .entries = entries,
                                .size = size,
                                .is_guests = !(registration.flags & WALI_IOU_PBUF_RING_MMAP)};
    const int64_t error = find_guest(buffers, registration.ring_addr);
    const uint64_t result = error != 0 ? (uint64_t)error : register_with_kernel(fd, registration, buffers);
    const uint64_t mask = page_map_lock();
    if (failed(result)) {
        destroy(buffers);
    } else {
        buffers->next = ring->buffers;
        ring->buffers = buffers;
    }
    page_map_unlock(mask);
    return result;
}

uint64_t buffers_unregister(struct ring* ring, uint32_t fd, uint32_t address) {
    struct registration registration;
    if (guest_read(&registration, address, sizeof registration) != 0) return wali_error(WALI_EFAULT);
    const uint64_t result =
        wali_syscall4(NR_io_uring_register, fd, WALI_IORING_UNREGISTER_PBUF_RING, (uint64_t)&registration, 1);
    const uint64_t mask = page_map_lock();
    struct buffers** place = place_of(ring, registration.bgid);
    struct buffers* buffers = *place;
    if (!failed(result) && buffers) {
        *place = buffers->next;
        destroy(buffers);
    }
    page_map_unlock(mask);
    return result;
}

uint64_t buffers_memory(const struct ring* ring, uint64_t offset, uint64_t size) {
    const uint64_t group = (offset & ~OFF_MASK) >> WALI_IORING_OFF_PBUF_SHIFT;
    for (const struct buffers* buffers = ring->buffers; buffers; buffers = buffers->next)
        if (buffers->group == group && !buffers->is_guests && size <= buffers->size) return (uint64_t)buffers->guest;
    return wali_error(WALI_EINVAL);
}
