// SPDX-License-Identifier: BSL-1.0
#include "page_map.h"

#define PAGES (1UL << 20)

static uint64_t taken_bits[PAGES / 64];
static uint64_t taken_count;
static _Atomic uint64_t taken_limit = UINT64_MAX;

// --- the lock ---

struct map_lock {
    host_lock lock;
    _Atomic uint32_t waiting;  // the thread that has it and waits in vfork
};

// From the first vfork on, in memory that the child shares.
static struct map_lock own;
static struct map_lock* _Atomic current = &own;

uint64_t page_map_lock(void) {
    for (;;) {
        struct map_lock* const taken = current;
        const uint64_t mask = lock_take(&taken->lock);
        if (taken == current) return mask;
        lock_release(&taken->lock, mask);
    }
}

void page_map_unlock(uint64_t signal_mask) { lock_release(&current->lock, signal_mask); }

// Without memory for it, the parent keeps the lock while it waits.
static void share_lock(void) {
    const uint64_t at = wali_syscall6(NR_mmap, 0, sizeof own, READ_WRITE, SHARED_MEMORY, (uint64_t)-1L, 0);
    if (failed(at)) return;
    current = (void*)at;
    current->lock = 1;
    lock_free(&own.lock);
}

static uint32_t own_tid(void) { return (uint32_t)wali_syscall0(NR_gettid); }

uint64_t page_map_lock_to_copy(bool waits) {
    const uint64_t mask = page_map_lock();
    if (waits && current == &own) share_lock();
    if (waits) current->waiting = own_tid();
    return mask;
}

static void give_back(void) {
    current->waiting = 0;
    lock_free(&current->lock);
}

static uint32_t future;

uint32_t page_map_future(void) { return future; }

void page_map_set_future(uint32_t flags) { future = flags; }

static void begin_anew(void) {
    future = 0;
    if (current != &own) wali_syscall2(NR_munmap, (uint64_t)current, sizeof own);
    own = (struct map_lock){0, 0};
    current = &own;
}

void page_map_copied(bool in_child, bool waits, uint64_t signal_mask) {
    // A parent that waited finds its own number if there was no child, or if that was killed at once.
    if (in_child ? waits : !waits || current->waiting == own_tid()) give_back();
    if (in_child) begin_anew();
    lock_note(false);
    signals_restore(signal_mask);
}

// --- the bits ---

bool page_is_taken(uint32_t address) { return page_map_all(address / WALI_PAGE, 1, true); }

void page_map_limit(uint64_t pages) { taken_limit = pages; }

bool page_map_allows(uint64_t count) { return taken_count + count <= taken_limit; }

// Bulk instructions look without the lock (wali_is_mapped).
static uint64_t word(uint64_t page) { return __atomic_load_n(&taken_bits[page / 64], __ATOMIC_RELAXED); }

static bool taken(uint64_t page) { return word(page) >> (page % 64) & 1; }

void page_map_set(uint64_t first, uint64_t count, bool value) {
    for (uint64_t page = first; page < first + count;) {
        const uint64_t left = first + count - page;
        const uint64_t whole = page % 64 == 0 && left >= 64;
        const uint64_t bits = whole ? ~0UL : 1UL << (page % 64);
        const uint64_t old = word(page);
        const uint64_t new = value ? old | bits : old & ~bits;
        taken_count += (uint64_t)__builtin_popcountl(new) - (uint64_t)__builtin_popcountl(old);
        __atomic_store_n(&taken_bits[page / 64], new, __ATOMIC_RELAXED);
        page += whole ? 64 : 1;
    }
}

bool page_map_all(uint64_t first, uint64_t count, bool value) {
    const uint64_t whole_word = value ? ~0UL : 0;
    if (first + count > PAGES) return false;
    for (uint64_t page = first; page < first + count;) {
        if (page % 64 == 0 && first + count - page >= 64) {
            if (word(page) != whole_word) return false;
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

uint64_t page_map_free(uint64_t first, uint64_t count) {
    uint64_t pages = 0;
    for (uint64_t page = first; page < first + count; ++page) pages += !taken(page);
    return pages;
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
