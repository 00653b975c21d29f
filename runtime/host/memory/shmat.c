// SPDX-License-Identifier: BSL-1.0
//
// System V shared memory inside linear memory. The kernel attaches a segment at a place of its
// own and it is moved from there: how large a segment is may change until it is attached, how much is moved may not.
#include "address_space.h"

struct shm_status {
    unsigned char permissions[48];
    uint64_t size;
    uint64_t rest[7];
};
_Static_assert(sizeof(struct shm_status) == 112, "shmid64_ds");

// The size of the mapping of a segment, or an error.
static uint64_t segment_size(uint32_t id) {
    struct shm_status status;
    const uint64_t result = wali_syscall3(NR_shmctl, id, WALI_IPC_STAT, (uint64_t)&status);
    if (failed(result)) return result;
    return status.size > memory_limit() ? wali_error(WALI_ENOMEM) : page_up(status.size);
}

// Where a segment goes; an error if nowhere.
static uint64_t place(uint64_t address, uint64_t size, uint32_t flags) {
    if (address == 0) {
        const uint64_t found = range_find(size);
        return found == 0 ? wali_error(WALI_ENOMEM) : found;
    }
    if (failed(range_check_fixed(address, size))) return wali_error(WALI_EINVAL);
    return (flags & WALI_SHM_REMAP) || range_is(address, size, false) ? address : wali_error(WALI_EINVAL);
}

static uint64_t attach_locked(uint32_t id, uint64_t wish, uint32_t flags) {
    const uint64_t size = segment_size(id);
    if (failed(size)) return size;
    const uint64_t address = place(wish, size, flags);
    if (failed(address)) return address;
    if (!range_allowed(address, size)) return wali_error(WALI_ENOMEM);
    const uint64_t outside = wali_syscall3(NR_shmat, id, 0, flags & WALI_SHM_RDONLY);  // not SHM_EXEC
    if (failed(outside)) return outside;
    const uint64_t moved = wali_syscall5(NR_mremap, outside, size, size, MOVE_TO, WALI_MEMORY_BASE + address);
    if (failed(moved)) {
        wali_syscall1(NR_shmdt, outside);
        range_repair(address, size);
        return moved;
    }
    range_set(address, size, true);
    return address;
}

uint64_t w2c_wali_SYS_shmat(struct w2c_wali* host, uint32_t shmid, uint32_t shmaddr, uint32_t shmflg) {
    (void)host;
    const uint64_t address = shmflg & WALI_SHM_RND ? page_down(shmaddr) : shmaddr;
    if (!is_aligned(address) || (address == 0 && (shmflg & WALI_SHM_REMAP))) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = attach_locked(shmid, address, shmflg);
    page_map_unlock(mask);
    return result;
}

// --- shmdt: the kernel knows what belongs to the segment; what it has unmapped is found afterwards ---

#define CHUNK_PAGES 512UL

static void reserve_chunk(uint64_t address, uint64_t size) {
    unsigned char residence[CHUNK_PAGES];
    const bool mapped = !failed(wali_syscall3(NR_mincore, WALI_MEMORY_BASE + address, size, (uint64_t)residence));
    if (mapped || range_repair(address, size)) return;
    for (uint64_t at = address; at < address + size; at += WALI_PAGE) range_repair(at, WALI_PAGE);
}

static void reserve_holes(uint64_t address) {
    while (address < ADDRESS_SPACE) {
        const uint64_t left = (ADDRESS_SPACE - address) / WALI_PAGE;
        const uint64_t run = page_map_run(address / WALI_PAGE, left < CHUNK_PAGES ? left : CHUNK_PAGES) * WALI_PAGE;
        if (run > 0) reserve_chunk(address, run);
        address += run > 0 ? run : WALI_PAGE;
    }
}

uint64_t w2c_wali_SYS_shmdt(struct w2c_wali* host, uint32_t shmaddr) {
    (void)host;
    const uint64_t mask = page_map_lock();
    const uint64_t result = wali_syscall1(NR_shmdt, WALI_MEMORY_BASE + shmaddr);
    if (!failed(result)) reserve_holes(shmaddr);
    page_map_unlock(mask);
    return result;
}
