// SPDX-License-Identifier: BSL-1.0
#include "page_map.h"

#include "lock.h"

#define PAGES (1UL << 20)

static uint64_t taken_bits[PAGES / 64];
static uint64_t taken_count;
static _Atomic uint64_t taken_limit = UINT64_MAX;
static host_lock lock;

uint64_t page_map_lock(void) { return lock_take(&lock); }

void page_map_unlock(uint64_t signal_mask) { lock_release(&lock, signal_mask); }

void page_map_limit(uint64_t pages) { taken_limit = pages; }

bool page_map_allows(uint64_t count) { return taken_count + count <= taken_limit; }

static bool taken(uint64_t page) { return taken_bits[page / 64] >> (page % 64) & 1; }

void page_map_set(uint64_t first, uint64_t count, bool value) {
    for (uint64_t page = first; page < first + count;) {
        const uint64_t left = first + count - page;
        const uint64_t whole = page % 64 == 0 && left >= 64;
        const uint64_t bits = whole ? ~0UL : 1UL << (page % 64);
        const uint64_t old = taken_bits[page / 64];
        const uint64_t new = value ? old | bits : old & ~bits;
        taken_count += (uint64_t)__builtin_popcountl(new) - (uint64_t)__builtin_popcountl(old);
        taken_bits[page / 64] = new;
        page += whole ? 64 : 1;
    }
}

bool page_map_all(uint64_t first, uint64_t count, bool value) {
    const uint64_t whole_word = value ? ~0UL : 0;
    if (first + count > PAGES) return false;
    for (uint64_t page = first; page < first + count;) {
        if (page % 64 == 0 && first + count - page >= 64) {
            if (taken_bits[page / 64] != whole_word) return false;
            page += 64;
        } else if (taken(page) != value) {
            return false;
        } else {
            ++page;
        }
    }
    return true;
}

uint64_t page_map_run(uint64_t first, uint64_t count) {
    uint64_t page = first;
    const uint64_t end = first + count;
    while (page < end && taken(page)) page += page % 64 == 0 && taken_bits[page / 64] == ~0UL ? 64 : 1;
    return (page < end ? page : end) - first;
}

uint64_t page_map_find(uint64_t count, uint64_t limit) {
    uint64_t run = 0;
    for (uint64_t page = limit; page-- > 1;) {
        if (page % 64 == 63 && taken_bits[page / 64] == ~0UL) {
            run = 0;
            page -= 63;
        } else if (page % 64 == 63 && page > 63 && taken_bits[page / 64] == 0) {
            run += 64;
            page -= 63;
            if (run >= count) return page + run - count;
        } else {
            run = taken(page) ? 0 : run + 1;
            if (run == count) return page;
        }
    }
    return 0;
}
