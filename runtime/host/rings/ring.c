// SPDX-License-Identifier: BSL-1.0
//
// The rings of the process: their memory, and which descriptor leads to which. IORING_SETUP_NO_MMAP lets the kernel
// take memory of the host's, so that nobody can map a ring's entries through a descriptor, and a ring ends when its
// last descriptor is closed. Nobody tells the host of that: a later set-up finds it, and takes the place.
#include "ring.h"

#include <string.h>
#include <sys/stat.h>

#include "signals/signals.h"
#include "threads/threads.h"

#define RINGS 256U
#define NO_DESCRIPTOR UINT32_MAX
#define ROOMS_SIZE (1UL << 30)
#define ROOMS_BASE (WALI_MEMORY_BASE + (16UL << 30))
_Static_assert(sizeof(struct ring_rooms) <= ROOMS_SIZE, "the rooms of a ring have room");

// A place becomes a ring and ends to be one with its turn taken and the page map locked.
static struct ring rings[RINGS];
static _Atomic uint32_t places;      // all from here on are empty
static _Atomic uint32_t generation;  // of the process that the rings are of: a child begins without

static bool are_own(void) { return generation == process_generation(); }

// --- memory ---

static void* map(uint64_t at, uint64_t size, uint64_t flags) {
    const uint64_t result = wali_syscall6(NR_mmap, at, size, READ_WRITE, flags, (uint64_t)-1L, 0);
    return failed(result) ? NULL : (void*)result;
}

void* shared_map(uint64_t size) { return map(0, size, SHARED_MEMORY); }

void memory_unmap(void* memory, uint64_t size) {
    if (memory && size != 0) wali_syscall2(NR_munmap, (uint64_t)memory, size);
}

// Whoever forks in between would leave the memory to the child, in the place of that of its own rings.
void* unforked_map(uint64_t at, uint64_t size) {
    const uint64_t mask = page_map_lock();
    void* memory = map(at, size, PRIVATE_MEMORY | (at != 0 ? WALI_MAP_FIXED_NOREPLACE : 0));
    if (memory && failed(wali_syscall3(NR_madvise, (uint64_t)memory, size, WALI_MADV_DONTFORK))) {
        memory_unmap(memory, size);
        memory = NULL;
    }
    page_map_unlock(mask);
    return memory;
}

static uint64_t rooms_size(const struct ring* ring) {
    return page_up(offsetof(struct ring_rooms, rooms) + ring->params.sq_entries * sizeof(struct room));
}

bool ring_map(struct ring* ring) {
    const struct ring_params* params = &ring->params;
    ring->rings_size = page_up(4096 + params->cq_entries * cq_stride(params) + params->sq_entries * sizeof(uint32_t));
    ring->entries_size = page_up(params->sq_entries * sq_stride(params));
    ring->kernel = unforked_map(0, ring->rings_size + ring->entries_size);
    ring->kernel_entries = ring->kernel + ring->rings_size;
    ring->rooms = unforked_map(ROOMS_BASE + (uint64_t)(ring - rings) * ROOMS_SIZE, rooms_size(ring));
    if (!ring->is_guests) ring->guest = shared_map(ring->rings_size + ring->entries_size);
    if (!ring->is_guests) ring->guest_entries = ring->guest + ring->rings_size;
    return ring->kernel && ring->rooms && ring->guest;
}

static void guest_memory_free(struct ring* ring) {
    if (!ring->is_guests) memory_unmap(ring->guest, ring->rings_size + ring->entries_size);
}

void ring_free(struct ring* ring) {
    const uint64_t mask = page_map_lock();
    buffers_free(ring);
    memory_unmap(ring->kernel, ring->rings_size + ring->entries_size);
    memory_unmap(ring->rooms, rooms_size(ring));
    guest_memory_free(ring);
    ring->serial = 0;
    memset(&ring->params, 0, sizeof *ring - offsetof(struct ring, params));
    page_map_unlock(mask);
}

void ring_flags_show(struct ring* ring) {
    const uint32_t offset = ring->params.sq_off.flags;
    const bool polled = ring->params.flags & WALI_IORING_SETUP_SQPOLL;
    guest_word_set(ring, offset,
                   kernel_word(ring, offset) | WALI_IORING_SQ_TASKRUN | (polled ? WALI_IORING_SQ_NEED_WAKEUP : 0));
}

// --- which descriptor leads to which ---

// Of two different open files, device or inode differ, a ring's too.
static bool identify(uint32_t fd, uint64_t* device, uint64_t* inode) {
    struct stat status;
    if (failed(wali_syscall2(NR_fstat, fd, (uint64_t)&status))) return false;
    *device = status.st_dev;
    *inode = status.st_ino;
    return true;
}

bool ring_is_at(uint32_t fd, const struct ring* ring) {
    uint64_t device;
    uint64_t inode;
    return identify(fd, &device, &inode) && device == ring->device && inode == ring->inode;
}

// Without a turn. A handler or thread that runs after this may close it: who uses more must take its turn and look
// again.
static struct ring* find(uint32_t fd) {
    uint64_t device;
    uint64_t inode;
    if (!are_own() || !identify(fd, &device, &inode)) return NULL;
    for (uint32_t i = 0; i < places; ++i)
        if (rings[i].serial != 0 && rings[i].device == device && rings[i].inode == inode) return &rings[i];
    return NULL;
}

static struct ring* find_by_number(uint32_t fd) {
    if (!are_own()) return NULL;
    for (uint32_t i = 0; i < places; ++i)
        if (rings[i].serial != 0 && rings[i].fd == fd) return &rings[i];
    return NULL;
}

// Who had the number before has closed it.
static void note_number(struct ring* ring, uint32_t fd) {
    for (uint32_t i = 0; i < places; ++i)
        if (rings[i].fd == fd) rings[i].fd = NO_DESCRIPTOR;
    ring->fd = fd;
}

struct ring* ring_guess(uint32_t fd) {
    struct ring* ring = find_by_number(fd);
    if (!ring) return NULL;
    lock_wait(&ring->turn);
    if (ring->serial != 0 && ring->fd == fd) return ring;
    ring_give(ring);
    return NULL;
}

struct ring* ring_take(uint32_t fd) {
    for (;;) {
        struct ring* ring = find(fd);
        if (!ring) return NULL;
        lock_wait(&ring->turn);
        if (ring->serial != 0 && ring_is_at(fd, ring)) {
            if (ring->fd != fd) note_number(ring, fd);
            return ring;
        }
        ring_give(ring);
    }
}

void ring_give(struct ring* ring) { lock_wake(&ring->turn); }

uint64_t not_a_ring(uint32_t fd) {
    return failed(wali_syscall3(NR_fcntl, fd, WALI_F_GETFD, 0)) ? wali_error(WALI_EBADF) : wali_error(WALI_EOPNOTSUPP);
}

// --- places ---

// A child has the memory that its parent's rings share with the guest, and nothing else of them.
static void begin_anew(void) {
    const uint64_t mask = page_map_lock();
    if (!are_own()) {
        for (uint32_t i = 0; i < places; ++i) guest_memory_free(&rings[i]);
        memset(rings, 0, sizeof rings);
        places = 0;
        generation = process_generation();
    }
    page_map_unlock(mask);
}

static bool is_where_it_was(const struct ring* ring) { return ring->serial != 0 && ring_is_at(ring->fd, ring); }

// Asked for nothing, a ring does nothing; and what is none is not touched: it may lie in a file system that waits for
// this program.
static bool is_a_ring(uint32_t fd) {
    const uint64_t result = wali_syscall6(NR_io_uring_enter, fd, 0, 0, 0, 0, 0);
    return result != wali_error(WALI_EBADF) && result != wali_error(WALI_EOPNOTSUPP);
}

static bool leads_to(uint32_t fd, const void* ring) { return is_a_ring(fd) && ring_is_at(fd, ring); }

// Whether any descriptor leads to it: it may have been duplicated, and the number that was known closed. What only lies
// in a message under way does not count.
static bool is_open(const struct ring* ring) {
    return is_where_it_was(ring) || (ring->serial != 0 && any_descriptor(leads_to, ring));
}

struct ring* ring_place(void) {
    begin_anew();
    for (struct ring* ring = rings; ring < rings + RINGS; ++ring) {
        if (is_where_it_was(ring)) continue;
        lock_wait(&ring->turn);
        if (!is_open(ring)) {
            if (ring->serial != 0) ring_free(ring);
            return ring;
        }
        ring_give(ring);
    }
    return NULL;
}

// What mmap shows of a ring; the page map is locked.
static uint64_t ring_memory(uint32_t fd, uint64_t offset, uint64_t size) {
    const struct ring* ring = find(fd);
    if (!ring) return 0;
    const uint64_t which = offset & OFF_MASK;
    if (which == WALI_IORING_OFF_PBUF_RING) return buffers_memory(ring, offset, size);
    if (ring->is_guests) return wali_error(WALI_ENOMEM);  // as the kernel
    const bool entries = which == WALI_IORING_OFF_SQES;
    if (!entries && which != WALI_IORING_OFF_SQ_RING && which != WALI_IORING_OFF_CQ_RING)
        return wali_error(WALI_EINVAL);
    if (size > (entries ? ring->entries_size : ring->rings_size)) return wali_error(WALI_EINVAL);
    return (uint64_t)(entries ? ring->guest_entries : ring->guest);
}

bool ring_publish(struct ring* ring, uint32_t fd) {
    static uint64_t published;
    uint64_t device;
    uint64_t inode;
    if (!identify(fd, &device, &inode)) return false;
    const uint64_t mask = page_map_lock();
    const uint32_t place = (uint32_t)(ring - rings);
    if (places <= place) places = place + 1;
    note_number(ring, fd);
    ring->device = device;
    ring->inode = inode;
    ring->serial = ++published;
    mmap_rings(ring_memory);
    page_map_unlock(mask);
    return true;
}
