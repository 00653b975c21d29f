// SPDX-License-Identifier: BSL-1.0
//
// mmap and munmap inside linear memory. Errors are the kernel's; pages of the guest are the kernel's pages of 4 KiB.
#include "address_space.h"

#define MAP_PRIVATE_ 0x02UL
#define MAP_FIXED_ 0x10UL
#define MAP_ANONYMOUS_ 0x20UL
#define MAP_NORESERVE_ 0x4000UL
#define MAP_HUGETLB_ 0x40000UL
#define MAP_FIXED_NOREPLACE_ 0x100000UL
// Served here, or meaningless here: MAP_32BIT and MAP_GROWSDOWN speak to an address space that the kernel lays out.
#define MAP_NOT_PASSED (0x40UL | 0x100UL | MAP_HUGETLB_ | MAP_FIXED_NOREPLACE_)

#define HUGETLBFS_MAGIC_ 0x958458f6L
#define ANON_INODE_FS_MAGIC_ 0x09041934

// The end of the pages that mmap chooses itself: below the last 64 KiB of a 4 GiB memory, so that an end fits 32 bits.
static uint64_t top(void) {
    const uint64_t last = ADDRESS_SPACE - WALI_WASM_PAGE;
    return memory_limit() < last ? memory_limit() : last;
}

uint64_t range_find(uint64_t size) { return page_map_find(size / WALI_PAGE, top() / WALI_PAGE) * WALI_PAGE; }

uint64_t range_check_fixed(uint64_t address, uint64_t size) {
    if (!is_aligned(address)) return wali_error(E_INVAL);
    if (!range_inside(address, size)) return wali_error(E_NOMEM);
    return address == 0 ? wali_error(E_PERM) : 0;
}

static uint64_t reserve(uint64_t address, uint64_t size, uint64_t fixed) {
    return wali_syscall6(9, WALI_MEMORY_BASE + address, size, 0, MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_ | fixed,
                         (uint64_t)-1L, 0);
}

uint64_t range_give_up(uint64_t address, uint64_t size) {
    const uint64_t result = reserve(address, size, MAP_FIXED_);
    if (failed(result)) return result;
    range_set(address, size, false);
    return 0;
}

bool range_repair(uint64_t address, uint64_t size) {
    if (reserve(address, size, MAP_FIXED_NOREPLACE_) != WALI_MEMORY_BASE + address) return false;
    range_set(address, size, false);
    return true;
}

// --- mmap ---

// Where a new mapping goes; an error if nowhere.
static uint64_t place(uint32_t hint, uint64_t size, uint32_t flags) {
    if (flags & (MAP_FIXED_ | MAP_FIXED_NOREPLACE_)) {
        const uint64_t error = range_check_fixed(hint, size);
        if (failed(error)) return error;
        return (flags & MAP_FIXED_NOREPLACE_) && !range_is(hint, size, false) ? wali_error(E_EXIST) : hint;
    }
    if (!page_map_allows(size / WALI_PAGE)) return wali_error(E_NOMEM);
    const uint64_t wish = page_down(hint);
    if (wish != 0 && range_inside(wish, size) && range_is(wish, size, false)) return wish;
    const uint64_t found = range_find(size);
    return found == 0 ? wali_error(E_NOMEM) : found;
}

static uint64_t (*memory_of_ring)(uint32_t fd, uint64_t offset, uint64_t size);  // NULL: there was none yet

void mmap_rings(uint64_t (*memory_of)(uint32_t fd, uint64_t offset, uint64_t size)) { memory_of_ring = memory_of; }

static uint64_t ring_memory(uint32_t fd, uint64_t offset, uint64_t size) {
    return memory_of_ring ? memory_of_ring(fd, offset, size) : 0;
}

// The memory of a ring is the host's: it is mapped a second time.
static uint64_t map_at(uint64_t address, uint64_t size, uint32_t prot, uint32_t flags, uint32_t fd, uint64_t offset) {
    const uint64_t ring = flags & MAP_ANONYMOUS_ ? 0 : ring_memory(fd, offset, size);
    if (failed(ring)) return ring;
    if (ring != 0) return wali_syscall5(25 /* mremap */, ring, 0, size, 3 /* MAYMOVE, FIXED */, address);
    return wali_syscall6(9, address, size, prot & PROT_ALLOWED, (flags & ~MAP_NOT_PASSED) | MAP_FIXED_, fd, offset);
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
    if (flags & MAP_ANONYMOUS_) return flags & MAP_HUGETLB_ ? wali_error(E_NOMEM) : 0;
    const uint64_t result = wali_syscall2(138 /* fstatfs */, fd, (uint64_t)&status);
    if (result == wali_error(E_BADF)) return result;
    if (!failed(result) && status.type == HUGETLBFS_MAGIC_) return wali_error(E_NOMEM);
    if (!failed(result) && status.type == ANON_INODE_FS_MAGIC_ && ring_memory(fd, 0, 0) == 0)
        return wali_error(E_ACCES);
    return flags & MAP_HUGETLB_ ? wali_error(E_INVAL) : 0;
}

uint64_t w2c_wali_SYS_mmap(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t prot, uint32_t flags,
                           uint32_t fd, uint64_t offset) {
    (void)host;
    if (!is_aligned(offset)) return wali_error(E_INVAL);
    const uint64_t mask = page_map_lock();
    uint64_t result = check_backing(flags, fd);
    if (!failed(result))
        result = length == 0 ? wali_error(E_INVAL) : map_locked(addr, page_up(length), prot, flags, fd, offset);
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_munmap(struct w2c_wali* host, uint32_t addr, uint32_t len) {
    (void)host;
    const uint64_t size = page_up(len);
    if (!is_aligned(addr) || len == 0 || addr + size > ADDRESS_SPACE) return wali_error(E_INVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = range_give_up(addr, size);
    page_map_unlock(mask);
    return result;
}
