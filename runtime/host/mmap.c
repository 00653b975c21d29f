// SPDX-License-Identifier: BSL-1.0
//
// mmap and its family inside linear memory. The guest names pages of its own address space; what it gives up becomes
// reserved again at once, so that the reservation never has a hole in which the host could place something.
// Errors are those of the man pages; pages of the guest are the kernel's pages of 4 KiB.
#include "host.h"
#include "page_map.h"

#define PROT_ALLOWED 3UL  // read and write: nothing in linear memory is ever executable
#define PROT_KNOWN 7UL

#define MAP_TYPE_ 0x0fUL
#define MAP_PRIVATE_ 0x02UL
#define MAP_FIXED_ 0x10UL
#define MAP_ANONYMOUS_ 0x20UL
#define MAP_NORESERVE_ 0x4000UL
#define MAP_HUGETLB_ 0x40000UL
#define MAP_FIXED_NOREPLACE_ 0x100000UL
// Not passed on: MAP_GROWSDOWN and MAP_32BIT, which only mean something to an address space that the kernel lays out.
#define MAP_PASSED \
    (MAP_TYPE_ | MAP_ANONYMOUS_ | 0x0800UL | 0x1000UL | 0x2000UL | MAP_NORESERVE_ | 0x8000UL | 0x10000UL | 0x80000UL)

#define MREMAP_MAYMOVE_ 1U
#define MREMAP_FIXED_ 2U
#define MREMAP_DONTUNMAP_ 4U

#define ADDRESS_SPACE (1UL << 32)

static uint64_t page_up(uint64_t bytes) { return (bytes + WALI_PAGE - 1) & ~(WALI_PAGE - 1); }

static bool aligned(uint64_t address) { return address % WALI_PAGE == 0; }

static bool range_is(uint64_t address, uint64_t size, bool taken) {
    return page_map_all(address / WALI_PAGE, size / WALI_PAGE, taken);
}

static bool inside(uint64_t address, uint64_t size) {
    return address <= memory_limit() && size <= memory_limit() - address;
}

// The end of the pages that mmap chooses itself: below the last 64 KiB of a 4 GiB memory, so that an end fits 32 bits.
static uint64_t top(void) {
    const uint64_t last = ADDRESS_SPACE - WALI_WASM_PAGE;
    return memory_limit() < last ? memory_limit() : last;
}

static uint64_t reserve(uint64_t address, uint64_t size, uint64_t fixed) {
    return wali_syscall6(9, WALI_MEMORY_BASE + address, size, 0, MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_ | fixed,
                         (uint64_t)-1L, 0);
}

// After a failed MAP_FIXED the kernel may already have removed what was there.
static void repair(uint64_t address, uint64_t size) {
    const uint64_t at = reserve(address, size, MAP_FIXED_NOREPLACE_);
    if (at == WALI_MEMORY_BASE + address) page_map_set(address / WALI_PAGE, size / WALI_PAGE, false);
}

// Where a new mapping goes; an error if nowhere.
static uint64_t place(uint32_t hint, uint64_t size, uint32_t flags) {
    if (flags & (MAP_FIXED_ | MAP_FIXED_NOREPLACE_)) {
        if (!aligned(hint)) return wali_error(E_INVAL);
        if (!inside(hint, size)) return wali_error(E_NOMEM);
        if (hint == 0) return wali_error(E_PERM);  // as below vm.mmap_min_addr
        if ((flags & MAP_FIXED_NOREPLACE_) && !range_is(hint, size, false)) return wali_error(E_EXIST);
        return hint;
    }
    const uint64_t wish = page_up(hint);
    if (wish != 0 && inside(wish, size) && range_is(wish, size, false)) return wish;
    const uint64_t page = page_map_find(size / WALI_PAGE, top() / WALI_PAGE);
    return page == 0 ? wali_error(E_NOMEM) : page * WALI_PAGE;
}

static uint64_t map_locked(uint32_t hint, uint64_t size, uint32_t prot, uint32_t flags, uint32_t fd, uint64_t offset) {
    const uint64_t address = place(hint, size, flags);
    if (failed(address)) return address;
    const uint64_t result = wali_syscall6(9, WALI_MEMORY_BASE + address, size, prot & PROT_ALLOWED,
                                          (flags & MAP_PASSED) | MAP_FIXED_, (uint64_t)(int64_t)(int32_t)fd, offset);
    if (failed(result)) {
        repair(address, size);
        return result;
    }
    page_map_set(address / WALI_PAGE, size / WALI_PAGE, true);
    return address;
}

uint64_t w2c_wali_SYS_mmap(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t prot, uint32_t flags,
                           uint32_t fd, uint64_t offset) {
    (void)host;
    if (length == 0) return wali_error(E_INVAL);
    // Huge pages round the length up beyond what was asked for; there are none in linear memory.
    if (flags & MAP_HUGETLB_) return wali_error(E_NOMEM);
    const uint64_t mask = page_map_lock();
    const uint64_t result = map_locked(addr, page_up(length), prot, flags, fd, offset);
    page_map_unlock(mask);
    return result;
}

static uint64_t unmap_locked(uint64_t address, uint64_t size) {
    const uint64_t result = reserve(address, size, MAP_FIXED_);
    if (failed(result)) return result;
    page_map_set(address / WALI_PAGE, size / WALI_PAGE, false);
    return 0;
}

uint64_t w2c_wali_SYS_munmap(struct w2c_wali* host, uint32_t addr, uint32_t len) {
    (void)host;
    const uint64_t size = page_up(len);
    if (!aligned(addr) || len == 0 || addr + size > ADDRESS_SPACE) return wali_error(E_INVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = unmap_locked(addr, size);
    page_map_unlock(mask);
    return result;
}

// --- mremap ---

// Moves the pages to `to`, which is free or to be replaced, and reserves what they leave.
static uint64_t move(uint64_t from, uint64_t old_size, uint64_t to, uint64_t new_size, uint32_t flags) {
    const uint64_t keep = flags & MREMAP_DONTUNMAP_;
    const uint64_t result = wali_syscall5(25, WALI_MEMORY_BASE + from, old_size, new_size,
                                          MREMAP_MAYMOVE_ | MREMAP_FIXED_ | keep, WALI_MEMORY_BASE + to);
    if (failed(result)) {
        repair(to, new_size);
        return result;
    }
    page_map_set(to / WALI_PAGE, new_size / WALI_PAGE, true);
    if (!keep) unmap_locked(from, old_size);
    return to;
}

// Grows without moving into the free pages behind. The kernel wants them unmapped for that.
static uint64_t extend(uint64_t address, uint64_t old_size, uint64_t new_size) {
    const uint64_t behind = address + old_size;
    const uint64_t more = new_size - old_size;
    wali_syscall2(11, WALI_MEMORY_BASE + behind, more);
    const uint64_t result = wali_syscall5(25, WALI_MEMORY_BASE + address, old_size, new_size, 0, 0);
    if (failed(result)) {
        reserve(behind, more, MAP_FIXED_);
        return result;
    }
    page_map_set(behind / WALI_PAGE, more / WALI_PAGE, true);
    return address;
}

static uint64_t remap_fixed(uint64_t from, uint64_t old_size, uint64_t new_size, uint32_t flags, uint32_t to) {
    if (!(flags & MREMAP_MAYMOVE_) || !aligned(to) || to == 0) return wali_error(E_INVAL);
    if (!inside(to, new_size)) return wali_error(E_NOMEM);
    if (from < to + new_size && to < from + old_size) return wali_error(E_INVAL);
    if (new_size < old_size) unmap_locked(from + new_size, old_size - new_size);
    return move(from, old_size < new_size ? old_size : new_size, to, new_size, flags);
}

static uint64_t remap_locked(uint64_t from, uint64_t old_size, uint64_t new_size, uint32_t flags, uint32_t to) {
    if (!inside(from, old_size) || !range_is(from, old_size, true)) return wali_error(E_FAULT);
    if (flags & MREMAP_FIXED_) return remap_fixed(from, old_size, new_size, flags, to);
    if (!(flags & MREMAP_DONTUNMAP_)) {
        if (new_size == old_size) return from;
        if (new_size < old_size) {
            const uint64_t result = unmap_locked(from + new_size, old_size - new_size);
            return failed(result) ? result : from;
        }
        if (inside(from, new_size) && range_is(from + old_size, new_size - old_size, false)) {
            const uint64_t result = extend(from, old_size, new_size);
            if (!failed(result)) return result;
        }
    }
    if (!(flags & MREMAP_MAYMOVE_)) return wali_error(E_NOMEM);
    const uint64_t page = page_map_find(new_size / WALI_PAGE, top() / WALI_PAGE);
    if (page == 0) return wali_error(E_NOMEM);
    return move(from, old_size, page * WALI_PAGE, new_size, flags);
}

uint64_t w2c_wali_SYS_mremap(struct w2c_wali* host, uint32_t old_address, uint32_t old_size, uint32_t new_size,
                             uint32_t flags, uint32_t new_address) {
    (void)host;
    if (!aligned(old_address) || new_size == 0 || flags & ~(MREMAP_MAYMOVE_ | MREMAP_FIXED_ | MREMAP_DONTUNMAP_))
        return wali_error(E_INVAL);
    // Length 0 would make a second mapping of shared pages; only for those, and hardly used.
    if (old_size == 0) return wali_error(E_INVAL);
    if ((flags & MREMAP_DONTUNMAP_) && (!(flags & MREMAP_MAYMOVE_) || page_up(old_size) != page_up(new_size)))
        return wali_error(E_INVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = remap_locked(old_address, page_up(old_size), page_up(new_size), flags, new_address);
    page_map_unlock(mask);
    return result;
}

// --- mprotect, madvise, msync: the kernel does them, on pages that are the guest's ---

// -EINVAL, -ENOMEM, or 0: go ahead with *size bytes.
static uint64_t check_range(uint32_t address, uint32_t length, uint64_t* size) {
    *size = page_up(length);
    if (!aligned(address)) return wali_error(E_INVAL);
    if (address + *size > ADDRESS_SPACE) return wali_error(E_NOMEM);
    return range_is(address, *size, true) ? 0 : wali_error(E_NOMEM);
}

uint64_t w2c_wali_SYS_mprotect(struct w2c_wali* host, uint32_t addr, uint32_t len, uint32_t prot) {
    (void)host;
    uint64_t size;
    if (prot & ~PROT_KNOWN) return wali_error(E_INVAL);
    if (!aligned(addr)) return wali_error(E_INVAL);
    if (len == 0) return 0;
    const uint64_t mask = page_map_lock();
    uint64_t result = check_range(addr, len, &size);
    if (!failed(result)) result = wali_syscall3(10, WALI_MEMORY_BASE + addr, size, prot & PROT_ALLOWED);
    page_map_unlock(mask);
    return result;
}

// Advice about the content or use of pages. What damages memory (MADV_HWPOISON) or guards it behind our back is not
// passed.
static bool advice_passed(uint32_t advice) {
    static const uint64_t low = 0x1f | 1UL << 8 | 1UL << 9 | 1UL << 10 | 1UL << 11 | 1UL << 12 | 1UL << 13 | 1UL << 14 |
                                1UL << 15 | 1UL << 16 | 1UL << 17 | 1UL << 18 | 1UL << 19 | 1UL << 20 | 1UL << 21 |
                                1UL << 22 | 1UL << 23;
    return advice < 64 && (low >> advice & 1);
}

uint64_t w2c_wali_SYS_madvise(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t advice) {
    (void)host;
    uint64_t size;
    if (!advice_passed(advice)) return wali_error(E_INVAL);
    const uint64_t mask = page_map_lock();
    uint64_t result = check_range(addr, length, &size);
    if (!failed(result) && size > 0) result = wali_syscall3(28, WALI_MEMORY_BASE + addr, size, advice);
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_msync(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t flags) {
    (void)host;
    uint64_t size;
    const uint64_t result = check_range(addr, length, &size);
    // Without the lock: it may wait for a disk. The kernel answers -ENOMEM if the pages go meanwhile.
    return failed(result) ? result : wali_syscall3(26, WALI_MEMORY_BASE + addr, size, flags);
}
