// SPDX-License-Identifier: BSL-1.0
//
// Linear memory: one reservation at a constant address, of which the guest uses the first memory_limit() bytes.
// memory.grow and brk take pages from the bottom, mmap from the top (mmap.c); page_map.c knows which pages are taken.
#include <string.h>

#include "host.h"
#include "page_map.h"

#define MAP_FIXED_NOREPLACE_ 0x100000UL
#define MAP_PRIVATE_ANONYMOUS_NORESERVE 0x4022UL
#define PROT_READ_WRITE 3

static wasm_rt_memory_t memory;

wasm_rt_memory_t* w2c_wali_memory(struct w2c_wali* host) {
    (void)host;
    return &memory;
}

uint64_t memory_limit(void) { return memory.size; }

// Opens whole wasm pages at `first` byte. They read as zeros.
static bool open_pages(uint64_t first, uint64_t size) {
    if (size == 0) return true;
    if (failed(wali_syscall3(10, WALI_MEMORY_BASE + first, size, PROT_READ_WRITE))) return false;
    page_map_set(first / WALI_PAGE, size / WALI_PAGE, true);
    return true;
}

void memory_reserve(void) {
    const uint64_t at = wali_syscall6(9, WALI_MEMORY_BASE, WALI_MEMORY_RESERVATION, 0,
                                      MAP_PRIVATE_ANONYMOUS_NORESERVE | MAP_FIXED_NOREPLACE_, (uint64_t)-1L, 0);
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
uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* grown, uint64_t delta) {
    const uint64_t mask = page_map_lock();
    const uint64_t old = grown->pages;
    uint64_t result = UINT32_MAX;
    const uint64_t first = old * WALI_WASM_PAGE;
    const uint64_t size = delta * WALI_WASM_PAGE;
    if (delta <= grown->max_pages - old && page_map_all(first / WALI_PAGE, size / WALI_PAGE, false) &&
        open_pages(first, size)) {
        grown->pages = old + delta;
        result = old;
    }
    page_map_unlock(mask);
    return result;
}

// brk: the program break starts at the end of memory and moves as long as nothing else grows it.
static uint64_t break_start;
static uint64_t break_now;
static uint64_t break_end;  // of the pages that brk has opened

static bool move_break(uint64_t wanted) {
    if (wanted < break_start || wanted > memory.size) return false;
    if (wanted <= break_end) {
        // What lies above the break must read as zeros when the break comes back.
        if (wanted < break_now) memset((void*)(WALI_MEMORY_BASE + wanted), 0, break_now - wanted);
        return true;
    }
    const uint64_t pages = (wanted - break_end + WALI_WASM_PAGE - 1) / WALI_WASM_PAGE;
    if (break_end != memory.pages * WALI_WASM_PAGE || wasm_rt_grow_memory(&memory, pages) == UINT32_MAX) return false;
    break_end += pages * WALI_WASM_PAGE;
    return true;
}

uint64_t w2c_wali_SYS_brk(struct w2c_wali* host, uint32_t address) {
    (void)host;
    if (break_start == 0) break_start = break_now = break_end = memory.pages * WALI_WASM_PAGE;
    if (address != 0 && move_break(address)) break_now = address;
    return break_now;
}
