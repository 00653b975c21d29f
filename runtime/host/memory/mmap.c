// SPDX-License-Identifier: BSL-1.0
//
// mmap and munmap inside linear memory. Errors are the kernel's; pages of the guest are the kernel's pages of 4 KiB.
#include "address_space.h"

// Served here, or meaningless here: MAP_32BIT and MAP_GROWSDOWN speak to an address space that the kernel lays out.
#define MAP_NOT_PASSED ((uint32_t)(WALI_MAP_32BIT | WALI_MAP_GROWSDOWN | WALI_MAP_HUGETLB | WALI_MAP_FIXED_NOREPLACE))

// The end of the pages that mmap chooses itself: below the last 64 KiB of a 4 GiB memory, so that an end fits 32 bits.
static uint64_t top(void) {
    const uint64_t last = ADDRESS_SPACE - WALI_WASM_PAGE;
    return memory_limit() < last ? memory_limit() : last;
}

uint64_t range_find(uint64_t size) { return page_map_find(size / WALI_PAGE, top() / WALI_PAGE) * WALI_PAGE; }

uint64_t range_check_fixed(uint64_t address, uint64_t size) {
    if (!is_aligned(address)) return wali_error(WALI_EINVAL);
    if (!range_inside(address, size)) return wali_error(WALI_ENOMEM);
    return address == 0 ? wali_error(WALI_EPERM) : 0;
}

static uint64_t reserve(uint64_t address, uint64_t size, uint64_t fixed) {
    return wali_syscall6(NR_mmap, WALI_MEMORY_BASE + address, size, 0, PRIVATE_MEMORY | fixed, (uint64_t)-1L, 0);
}

uint64_t range_give_up(uint64_t address, uint64_t size) {
    const uint64_t result = reserve(address, size, WALI_MAP_FIXED);
    if (failed(result)) return result;
    range_set(address, size, false);
    return 0;
}

bool range_repair(uint64_t address, uint64_t size) {
    if (reserve(address, size, WALI_MAP_FIXED_NOREPLACE) != WALI_MEMORY_BASE + address) return false;
    range_set(address, size, false);
    return true;
}

// --- mmap ---

// Where a new mapping goes; an error if nowhere.
static uint64_t place(uint32_t hint, uint64_t size, uint32_t flags) {
    if (flags & (WALI_MAP_FIXED | WALI_MAP_FIXED_NOREPLACE)) {
        const uint64_t error = range_check_fixed(hint, size);
        if (failed(error)) return error;
        if ((flags & WALI_MAP_FIXED_NOREPLACE) && !range_is(hint, size, false)) return wali_error(WALI_EEXIST);
        return range_allowed(hint, size) ? hint : wali_error(WALI_ENOMEM);
    }
    if (!page_map_allows(size / WALI_PAGE)) return wali_error(WALI_ENOMEM);
    const uint64_t wish = page_down(hint);
    if (wish != 0 && range_inside(wish, size) && range_is(wish, size, false)) return wish;
    const uint64_t found = range_find(size);
    return found == 0 ? wali_error(WALI_ENOMEM) : found;
}

static uint64_t (*memory_of_ring)(uint32_t fd, uint64_t offset, uint64_t size);  // NULL: there was none yet

void mmap_rings(uint64_t (*memory_of)(uint32_t fd, uint64_t offset, uint64_t size)) { memory_of_ring = memory_of; }

struct wish {
    uint32_t hint;
    uint64_t size;
    uint32_t prot;
    uint32_t flags;
    uint32_t fd;
    uint64_t offset;
};

// The memory of a ring is the host's: it is mapped a second time.
static uint64_t map_at(uint64_t address, const struct wish* wish, uint64_t ring) {
    if (ring != 0) return wali_syscall5(NR_mremap, ring, 0, wish->size, MOVE_TO, address);
    const uint32_t future = page_map_future();
    const uint32_t locked = future != 0 && !(future & WALI_MCL_ONFAULT) ? WALI_MAP_LOCKED : 0;
    const uint64_t result =
        wali_syscall6(NR_mmap, address, wish->size, wish->prot & PROT_ALLOWED,
                      (wish->flags & ~MAP_NOT_PASSED) | WALI_MAP_FIXED | locked, wish->fd, wish->offset);
    if (failed(result) || !(future & WALI_MCL_ONFAULT)) return result;
    const uint64_t error = wali_syscall3(NR_mlock2, address, wish->size, WALI_MLOCK_ONFAULT);
    if (!failed(error)) return result;
    wali_syscall2(NR_munmap, address, wish->size);
    return wali_error(WALI_EAGAIN);
}

static uint64_t map_locked(const struct wish* wish, uint64_t ring) {
    const uint64_t address = place(wish->hint, wish->size, wish->flags);
    if (failed(address)) return address;
    const uint64_t result = map_at(WALI_MEMORY_BASE + address, wish, ring);
    if (failed(result)) {
        // The kernel may already have removed what was there.
        range_repair(address, wish->size);
        return result;
    }
    range_set(address, wish->size, true);
    return address;
}

// Huge pages round a length up beyond what was asked for: there are none in linear memory. Nor is anything of anonymous
// inodes but the rings that the host knows: their memory is the result, 0 for all other files. The kernel maps nothing
// of those itself (IORING_SETUP_NO_MMAP), whatever another thread makes of the descriptor meanwhile.
static uint64_t check_backing(const struct wish* wish) {
    struct {
        int64_t type;
        int64_t rest[31];
    } status;
    if (wish->flags & WALI_MAP_ANONYMOUS) return wish->flags & WALI_MAP_HUGETLB ? wali_error(WALI_ENOMEM) : 0;
    const uint64_t result = wali_syscall2(NR_fstatfs, wish->fd, (uint64_t)&status);
    if (result == wali_error(WALI_EBADF)) return result;
    if (!failed(result) && status.type == WALI_HUGETLBFS_MAGIC) return wali_error(WALI_ENOMEM);
    if (wish->flags & WALI_MAP_HUGETLB) return wali_error(WALI_EINVAL);
    if (failed(result) || status.type != WALI_ANON_INODE_FS_MAGIC) return 0;
    const uint64_t ring = memory_of_ring ? memory_of_ring(wish->fd, wish->offset, wish->size) : 0;
    return ring != 0 ? ring : wali_error(WALI_EACCES);
}

uint64_t w2c_wali_SYS_mmap(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t prot, uint32_t flags,
                           uint32_t fd, uint64_t offset) {
    (void)host;
    if (!is_aligned(offset)) return wali_error(WALI_EINVAL);
    const struct wish wish = {addr, page_up(length), prot, flags, fd, offset};
    const uint64_t mask = page_map_lock();
    uint64_t result = check_backing(&wish);
    if (!failed(result)) result = length == 0 ? wali_error(WALI_EINVAL) : map_locked(&wish, result);
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_munmap(struct w2c_wali* host, uint32_t addr, uint32_t len) {
    (void)host;
    const uint64_t size = page_up(len);
    if (!is_aligned(addr) || len == 0 || addr + size > ADDRESS_SPACE) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = range_give_up(addr, size);
    page_map_unlock(mask);
    return result;
}
