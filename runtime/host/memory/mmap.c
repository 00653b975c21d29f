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
        return (flags & WALI_MAP_FIXED_NOREPLACE) && !range_is(hint, size, false) ? wali_error(WALI_EEXIST) : hint;
    }
    if (!page_map_allows(size / WALI_PAGE)) return wali_error(WALI_ENOMEM);
    const uint64_t wish = page_down(hint);
    if (wish != 0 && range_inside(wish, size) && range_is(wish, size, false)) return wish;
    const uint64_t found = range_find(size);
    return found == 0 ? wali_error(WALI_ENOMEM) : found;
}

static uint64_t (*memory_of_ring)(uint32_t fd, uint64_t offset, uint64_t size);  // NULL: there was none yet

void mmap_rings(uint64_t (*memory_of)(uint32_t fd, uint64_t offset, uint64_t size)) { memory_of_ring = memory_of; }

static uint64_t ring_memory(uint32_t fd, uint64_t offset, uint64_t size) {
    return memory_of_ring ? memory_of_ring(fd, offset, size) : 0;
}

// The memory of a ring is the host's: it is mapped a second time.
static uint64_t map_at(uint64_t address, uint64_t size, uint32_t prot, uint32_t flags, uint32_t fd, uint64_t offset) {
    const uint64_t ring = flags & WALI_MAP_ANONYMOUS ? 0 : ring_memory(fd, offset, size);
    if (failed(ring)) return ring;
    if (ring != 0) return wali_syscall5(NR_mremap, ring, 0, size, MOVE_TO, address);
    return wali_syscall6(NR_mmap, address, size, prot & PROT_ALLOWED, (flags & ~MAP_NOT_PASSED) | WALI_MAP_FIXED, fd,
                         offset);
}

static uint64_t map_locked(uint32_t hint, uint64_t size, uint32_t prot, uint32_t flags, uint32_t fd, uint64_t offset) {
    const uint64_t address = place(hint, size, flags);
    if (failed(address)) return address;
    const uint64_t result = map_at(WALI_MEMORY_BASE + address, size, prot, flags, fd, offset);
    if (failed(result)) {
        // The kernel may already have removed what was there.
        range_repair(address, size);
        return result;
    }
    range_set(address, size, true);
    return address;
}

// Huge pages round a length up beyond what was asked for: there are none in linear memory. Nor is anything of anonymous
// inodes but rings that the host knows: the real memory of a ring, mapped through a duplicate, would let the guest put
// addresses of the host before the kernel. Under the lock, so that no handler changes the descriptor.
static uint64_t check_backing(uint32_t flags, uint32_t fd) {
    struct {
        int64_t type;
        int64_t rest[31];
    } status;
    if (flags & WALI_MAP_ANONYMOUS) return flags & WALI_MAP_HUGETLB ? wali_error(WALI_ENOMEM) : 0;
    const uint64_t result = wali_syscall2(NR_fstatfs, fd, (uint64_t)&status);
    if (result == wali_error(WALI_EBADF)) return result;
    if (!failed(result) && status.type == WALI_HUGETLBFS_MAGIC) return wali_error(WALI_ENOMEM);
    if (!failed(result) && status.type == WALI_ANON_INODE_FS_MAGIC && ring_memory(fd, 0, 0) == 0)
        return wali_error(WALI_EACCES);
    return flags & WALI_MAP_HUGETLB ? wali_error(WALI_EINVAL) : 0;
}

uint64_t w2c_wali_SYS_mmap(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t prot, uint32_t flags,
                           uint32_t fd, uint64_t offset) {
    (void)host;
    if (!is_aligned(offset)) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    uint64_t result = check_backing(flags, fd);
    if (!failed(result))
        result = length == 0 ? wali_error(WALI_EINVAL) : map_locked(addr, page_up(length), prot, flags, fd, offset);
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
