// SPDX-License-Identifier: BSL-1.0
//
// Which 4 KiB pages of the guest's address space are taken, by linear memory or by a mapping. One bit each.
#pragma once

#include "memory.h"

void page_map_set(uint64_t first, uint64_t count, bool taken);
bool page_map_all(uint64_t first, uint64_t count, bool taken);

// Whether `count` more pages keep the limit.
bool page_map_allows(uint64_t count);

// How many of the `count` pages from `first` on are free.
uint64_t page_map_free(uint64_t first, uint64_t count);

// mlockall(2): MCL_FUTURE, MCL_ONFAULT or both, or 0, for mappings to come. The host's own are none of the guest's, so
// the kernel is not told.
uint32_t page_map_future(void);
void page_map_set_future(uint32_t flags);

// How many of the `count` pages from `first` on are taken before the first that is not.
uint64_t page_map_run(uint64_t first, uint64_t count);

// The highest run of `count` free pages below page `limit`, not using the first page; 0 if there is none.
uint64_t page_map_find(uint64_t count, uint64_t limit);
