// SPDX-License-Identifier: BSL-1.0
//
// What the calls that change the guest's address space share. Ranges are whole pages, in bytes; all of it is to be used
// under page_map_lock. What the guest gives up becomes reserved again at once, so that the reservation never has a hole
// in which the host could place something.
#pragma once

#include "page_map.h"

#define ADDRESS_SPACE (1UL << 32)

#define PROT_ALLOWED 3UL  // read and write: nothing in linear memory is ever executable

WALI_INLINE bool is_aligned(uint64_t address) { return address % WALI_PAGE == 0; }

WALI_INLINE bool range_is(uint64_t address, uint64_t size, bool taken) {
    return page_map_all(address / WALI_PAGE, size / WALI_PAGE, taken);
}

WALI_INLINE bool range_inside(uint64_t address, uint64_t size) {
    return address <= memory_limit() && size <= memory_limit() - address;
}

WALI_INLINE void range_set(uint64_t address, uint64_t size, bool taken) {
    page_map_set(address / WALI_PAGE, size / WALI_PAGE, taken);
}

// Whether a mapping of the whole range keeps the limit: what it replaces was counted before, and is looked at only if
// that matters.
WALI_INLINE bool range_allowed(uint64_t address, uint64_t size) {
    return page_map_allows(size / WALI_PAGE) || page_map_allows(page_map_free(address / WALI_PAGE, size / WALI_PAGE));
}

// A free place that mmap may choose itself; 0 if there is none.
uint64_t range_find(uint64_t size);

// Whether a new mapping may go to `address`: 0, -EINVAL, -ENOMEM, or -EPERM as below vm.mmap_min_addr.
uint64_t range_check_fixed(uint64_t address, uint64_t size);

// Replaces what is there by the reservation. 0 or an error.
uint64_t range_give_up(uint64_t address, uint64_t size);

// Reserves what the kernel has unmapped; nothing happens if anything there is mapped. Tells whether it was a hole.
bool range_repair(uint64_t address, uint64_t size);

// Moves pages to `to`, which is free or to be replaced, and reserves what they leave. With `keep`, they leave empty
// pages instead; with old_size 0, shared pages are mapped a second time. Returns `to` or an error.
uint64_t range_move(uint64_t from, uint64_t old_size, uint64_t to, uint64_t new_size, bool keep);
