// SPDX-License-Identifier: BSL-1.0
//
// Linear memory: one reservation at a constant address, of which the guest uses the first memory_limit() bytes.
// memory.grow and brk take pages from the bottom, mmap from the top (mmap.c); page_map.c knows which pages are taken.
#include "address_space.h"

static wasm_rt_memory_t memory;

wasm_rt_memory_t* w2c_wali_memory(struct w2c_wali* host) {
    (void)host;
    return &memory;
}

uint64_t memory_limit(void) { return memory.size; }

// Without the lock: where another thread unmaps at the same time, the access faults.
bool wali_is_mapped(uint64_t address, uint64_t size) {
    if (!range_inside(address, size)) return false;
    const uint64_t first = address / WALI_PAGE;
    if (size > 0) return page_map_all(first, (address + size - 1) / WALI_PAGE + 1 - first, true);
    const uint64_t size_now = memory.pages * WALI_WASM_PAGE;
    return address == size_now || page_map_all((address - 1) / WALI_PAGE, 1, true) ||
           (address < memory_limit() && page_map_all(first, 1, true));
}

// Opens whole wasm pages at `first` byte. They read as zeros.
static bool open_pages(uint64_t first, uint64_t size) {
    if (size == 0) return true;
    const uint32_t future = page_map_future();
    if (failed(wali_syscall3(NR_mprotect, WALI_MEMORY_BASE + first, size, READ_WRITE))) return false;
    if (future != 0 && failed(wali_syscall3(NR_mlock2, WALI_MEMORY_BASE + first, size,
                                            future & WALI_MCL_ONFAULT ? WALI_MLOCK_ONFAULT : 0))) {
        wali_syscall3(NR_munlock, WALI_MEMORY_BASE + first, size, 0);
        wali_syscall3(NR_mprotect, WALI_MEMORY_BASE + first, size, 0);
        return false;
    }
    page_map_set(first / WALI_PAGE, size / WALI_PAGE, true);
    return true;
}

void memory_reserve(void) {
    const uint64_t at = wali_syscall6(NR_mmap, WALI_MEMORY_BASE, WALI_MEMORY_RESERVATION, 0,
                                      PRIVATE_MEMORY | WALI_MAP_FIXED_NOREPLACE, (uint64_t)-1L, 0);
    if (at != WALI_MEMORY_BASE)
        host_fail("cannot reserve 8 GiB of address space at 0x40000000; raise the limit (ulimit -v unlimited)");
    memory.data = (uint8_t*)WALI_MEMORY_BASE;
    memory.max_pages = wali_guest.max_pages;
    memory.size = wali_guest.max_pages * WALI_WASM_PAGE;
    memory.pages = wali_guest.pages;
    if (!open_pages(0, wali_guest.pages * WALI_WASM_PAGE))
        host_fail("not enough memory for the module's initial memory");
}

// Returns the old number of pages, or UINT32_MAX: over the limit, no memory, or a mapping lies in the way.
static uint64_t grow_locked(wasm_rt_memory_t* grown, uint64_t delta) {
    const uint64_t old = grown->pages;
    const uint64_t first = old * WALI_WASM_PAGE;
    const uint64_t size = delta * WALI_WASM_PAGE;
    if (delta > grown->max_pages - old || !page_map_allows(size / WALI_PAGE) ||
        !page_map_all(first / WALI_PAGE, size / WALI_PAGE, false) || !open_pages(first, size))
        return UINT32_MAX;
    grown->pages = old + delta;
    return old;
}

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* grown, uint64_t delta) {
    const uint64_t mask = page_map_lock();
    const uint64_t result = grow_locked(grown, delta);
    page_map_unlock(mask);
    return result;
}

// --- brk: the program break starts at the end of memory and moves as long as nothing else grows it ---

static uint64_t break_start;
static uint64_t break_now;
static uint64_t break_end;  // of the pages that brk has opened

// Whole pages above the break read as zeros when it comes back, so they become new ones.
static bool lower_break(uint64_t wanted) {
    const uint64_t first = (wanted + WALI_PAGE - 1) / WALI_PAGE * WALI_PAGE;
    const uint64_t end = (break_now + WALI_PAGE - 1) / WALI_PAGE * WALI_PAGE;
    if (first == end) return true;
    const uint64_t at = wali_syscall6(NR_mmap, WALI_MEMORY_BASE + first, end - first, READ_WRITE,
                                      PRIVATE_MEMORY | WALI_MAP_FIXED, (uint64_t)-1L, 0);
    if (failed(at)) return false;
    page_map_set(first / WALI_PAGE, (end - first) / WALI_PAGE, true);
    return true;
}

static bool raise_break(uint64_t wanted) {
    if (wanted <= break_end) return true;
    const uint64_t pages = (wanted - break_end + WALI_WASM_PAGE - 1) / WALI_WASM_PAGE;
    if (break_end != memory.pages * WALI_WASM_PAGE || grow_locked(&memory, pages) == UINT32_MAX) return false;
    break_end += pages * WALI_WASM_PAGE;
    return true;
}

static bool move_break(uint64_t wanted) {
    if (wanted < break_start || wanted > memory.size) return false;
    return wanted < break_now ? lower_break(wanted) : raise_break(wanted);
}

uint64_t w2c_wali_SYS_brk(struct w2c_wali* host, uint32_t address) {
    (void)host;
    const uint64_t mask = page_map_lock();
    if (break_start == 0) break_start = break_now = break_end = memory.pages * WALI_WASM_PAGE;
    if (address != 0 && move_break(address)) break_now = address;
    const uint64_t now = break_now;
    page_map_unlock(mask);
    return now;
}
