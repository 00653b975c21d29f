// SPDX-License-Identifier: BSL-1.0
//
// Which 4 KiB pages of the guest's address space are taken, by linear memory or by a mapping. One bit each.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// All changes of the address space happen under this lock, with signals blocked: a guest's signal handler may itself
// map memory. Returns what page_map_unlock needs. Guest memory must not be touched meanwhile, a fault would end the
// process.
uint64_t page_map_lock(void);
void page_map_unlock(uint64_t signal_mask);

// What copies the process holds the lock, too, so that the child never begins in the middle of another thread's change.
// If it `waits` for the child, as vfork, the child gives the lock back in the parent: other threads go on.
uint64_t page_map_lock_to_copy(bool waits);
void page_map_copied(bool in_child, bool waits, uint64_t signal_mask);

void page_map_set(uint64_t first, uint64_t count, bool taken);
bool page_map_all(uint64_t first, uint64_t count, bool taken);

// A limit of taken pages, and whether `count` more keep it. It does not count what a new mapping replaces.
void page_map_limit(uint64_t pages);
bool page_map_allows(uint64_t count);

// How many of the `count` pages from `first` on are taken before the first that is not.
uint64_t page_map_run(uint64_t first, uint64_t count);

// The highest run of `count` free pages below page `limit`, not using the first page; 0 if there is none.
uint64_t page_map_find(uint64_t count, uint64_t limit);
