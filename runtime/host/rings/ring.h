// SPDX-License-Identifier: BSL-1.0
//
// What there is of a ring: the kernel's, in memory that is the host's alone, and the guest's, of the same layout. The
// positions in both are the same, so what is full, unread or lost is what the kernel says it is.
#pragma once

#include <linux/futex.h>
#include <linux/io_uring.h>

#include "files/files.h"
#include "memory/memory.h"

// struct io_uring_params, which has the two addresses since Linux 6.5.
struct ring_params {
    uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
    struct {
        uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv;
        uint64_t user_addr;
    } sq_off;
    struct {
        uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv;
        uint64_t user_addr;
    } cq_off;
};
_Static_assert(sizeof(struct ring_params) == sizeof(struct io_uring_params), "io_uring_params");

#define SQ_ENTRIES_MAX 32768U
#define CQ_ENTRIES_MAX (2 * SQ_ENTRIES_MAX)

#define OFF_MASK (~0x7ffffffUL)  // IORING_OFF_MMAP_MASK: which memory of a ring an offset of mmap means

// --- what entries point to, in native form, for the kernel to read while it takes them ---

// Room for one entry. What was written for one operation is never read as something else.
struct room {
    struct wali_native_iovec vector[GUEST_IOV_MAX];
    struct wali_native_msghdr message;
    struct futex_waitv waiters[FUTEX_WAITV_MAX];
    struct guest_path path;
};

// A message header that the kernel writes to when it has received.
struct reception {
    struct wali_native_msghdr message;
    uint64_t user_data;  // of the guest's entry
    uint32_t guest;      // the guest's header
    uint32_t next;       // the next free one
    bool used;
};

#define RECEPTIONS 4096U

// At the same address in every process, because a child has the descriptors of its parent's rings: whose memory an
// entry is executed in, it finds nothing there, or what is of the same kind.
struct ring_rooms {
    struct reception receptions[RECEPTIONS];
    struct room rooms[SQ_ENTRIES_MAX];
};

// --- a ring ---

struct buffers;  // buffer_ring.c

struct ring {
    host_lock turn;
    _Atomic uint64_t serial;         // no two rings have the same; 0: there is none
    _Atomic uint32_t fd;             // a number that led to it
    _Atomic uint64_t device, inode;  // tell it from all others
    // Only who has the turn uses the rest, in a section without handlers of the guest.
    struct ring_params params;
    bool is_guests;           // its memory for the guest is linear memory that the guest has named
    uint8_t *kernel, *guest;  // the rings, and their entries
    uint8_t *kernel_entries, *guest_entries;
    uint64_t rings_size, entries_size;  // whole pages
    struct ring_rooms* rooms;
    uint32_t entries_taken;  // of the guest's
    uint32_t delivered;      // completions
    uint32_t receptions_made;
    uint32_t reception_free;  // 1 + its index; 0: none
    struct buffers* buffers;
};

// A free place for a ring, whose turn is the caller's until ring_give; NULL if there is none.
struct ring* ring_place(void);

// Its memory, for as many entries as params says. False if there is not enough; ring_free ends it either way.
bool ring_map(struct ring* ring);
bool ring_publish(struct ring* ring, uint32_t fd);
void ring_free(struct ring* ring);

// The ring that a descriptor is of, whose turn is the caller's until ring_give; NULL if it is none of this process's.
// In a section without handlers. The guess asks no kernel: it is what the number led to before.
struct ring* ring_take(uint32_t fd);
struct ring* ring_guess(uint32_t fd);
bool ring_is_at(uint32_t fd, const struct ring* ring);
void ring_give(struct ring* ring);

// For a descriptor that leads to no ring.
uint64_t not_a_ring(uint32_t fd);

WALI_INLINE uint32_t sq_stride(const struct ring_params* params) {
    return params->flags & WALI_IORING_SETUP_SQE128 ? 128 : 64;
}

WALI_INLINE uint32_t cq_stride(const struct ring_params* params) {
    return params->flags & WALI_IORING_SETUP_CQE32 ? 32 : 16;
}

// Words of the kernel's ring, which the kernel and other threads use at the same time.
WALI_INLINE uint32_t kernel_word(const struct ring* ring, uint32_t offset) {
    return __atomic_load_n((const uint32_t*)(ring->kernel + offset), __ATOMIC_ACQUIRE);
}

WALI_INLINE void kernel_word_set(const struct ring* ring, uint32_t offset, uint32_t value) {
    __atomic_store_n((uint32_t*)(ring->kernel + offset), value, __ATOMIC_RELEASE);
}

// A word of the guest's, which may be unmapped: then it reads as `otherwise`, and is not written.
WALI_INLINE uint32_t guest_word(const struct ring* ring, uint32_t offset, uint32_t otherwise) {
    uint32_t value;
    return guest_copy(&value, ring->guest + offset, sizeof value) == 0 ? value : otherwise;
}

WALI_INLINE void guest_word_set(const struct ring* ring, uint32_t offset, uint32_t value) {
    guest_copy(ring->guest + offset, &value, sizeof value);
}

// The guest's flags of submission, from the kernel's. Completions may always wait in the kernel, so that who looks for
// some asks first, and what would poll for submissions always sleeps.
void ring_flags_show(struct ring* ring);

// Memory that is mapped for the guest a second time, and memory that no child gets: NULL if there is none.
void* shared_map(uint64_t size);
void* unforked_map(uint64_t at, uint64_t size);  // takes the page map's lock
void memory_unmap(void* memory, uint64_t size);

// --- entry.c ---

// Turns a guest's entry into what the kernel may see: addresses inside the reservation, structures translated into the
// room of its `slot`. Operations that are not known become invalid ones.
void entry_translate(struct ring* ring, struct io_uring_sqe* entry, uint32_t slot);

bool operation_is_known(unsigned operation);

// Whether what shall be cancelled is named by its user_data.
bool entry_names_user_data(uint32_t cancel_flags);

// --- reception.c ---

// Lets the kernel receive with a header of the host's, which the entry's completion will name. False if there is none.
bool reception_begin(struct ring* ring, struct io_uring_sqe* entry, const struct wali_native_msghdr* message,
                     uint32_t guest);

// What a guest calls an operation by, as the kernel knows it.
uint64_t reception_name(const struct ring* ring, uint64_t user_data);

// The guest's header gets what the kernel wrote, and the completion the guest's name for it.
void reception_end(struct ring* ring, struct io_uring_cqe* completion);

// --- buffer_ring.c ---

uint64_t buffers_register(struct ring* ring, uint32_t fd, uint32_t address);
uint64_t buffers_unregister(struct ring* ring, uint32_t fd, uint32_t address);
void buffers_offer(struct ring* ring);  // to the kernel, what the guest has added
void buffers_free(struct ring* ring);   // with the page map locked

// What mmap shows of them, with the page map locked.
uint64_t buffers_memory(const struct ring* ring, uint64_t offset, uint64_t size);
