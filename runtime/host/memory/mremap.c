// SPDX-License-Identifier: BSL-1.0
//
// mremap inside linear memory.
#include "address_space.h"

#define MREMAP_KNOWN ((uint32_t)(WALI_MREMAP_MAYMOVE | WALI_MREMAP_FIXED | WALI_MREMAP_DONTUNMAP))

uint64_t range_move(uint64_t from, uint64_t old_size, uint64_t to, uint64_t new_size, bool keep) {
    const uint64_t flags = MOVE_TO | (keep ? WALI_MREMAP_DONTUNMAP : 0);
    const uint64_t result =
        wali_syscall5(NR_mremap, WALI_MEMORY_BASE + from, old_size, new_size, flags, WALI_MEMORY_BASE + to);
    if (failed(result)) {
        range_repair(to, new_size);
        return result;
    }
    range_set(to, new_size, true);
    if (!keep && old_size != 0) range_repair(from, old_size);
    return to;
}

// Grows without moving into the free pages behind. The kernel wants them unmapped for that.
static uint64_t extend(uint64_t address, uint64_t old_size, uint64_t new_size) {
    const uint64_t behind = address + old_size;
    const uint64_t more = new_size - old_size;
    wali_syscall2(NR_munmap, WALI_MEMORY_BASE + behind, more);
    const uint64_t result = wali_syscall5(NR_mremap, WALI_MEMORY_BASE + address, old_size, new_size, 0, 0);
    if (failed(result)) {
        range_repair(behind, more);
        return result;
    }
    range_set(behind, more, true);
    return address;
}

static uint64_t shrink(uint64_t address, uint64_t old_size, uint64_t new_size) {
    if (new_size < old_size && address + old_size > ADDRESS_SPACE) return wali_error(WALI_EINVAL);  // as munmap says
    const uint64_t result = new_size < old_size ? range_give_up(address + new_size, old_size - new_size) : 0;
    return failed(result) ? result : address;
}

// To the place that the program names.
static uint64_t remap_fixed(uint64_t from, uint64_t old_size, uint64_t new_size, uint32_t flags, uint32_t to) {
    if (!is_aligned(to) || to + new_size > ADDRESS_SPACE) return wali_error(WALI_EINVAL);
    if (from < to + new_size && to < from + old_size) return wali_error(WALI_EINVAL);
    const uint64_t error = range_check_fixed(to, new_size);
    if (failed(error)) return error;
    if (new_size < old_size) {
        const uint64_t result = shrink(from, old_size, new_size);
        if (failed(result)) return result;
        old_size = new_size;
    }
    return range_move(from, old_size, to, new_size, flags & WALI_MREMAP_DONTUNMAP);
}

static uint64_t remap_locked(uint64_t from, uint64_t old_size, uint64_t new_size, uint32_t flags, uint32_t to) {
    if (!range_inside(from, WALI_PAGE) || !range_is(from, WALI_PAGE, true)) return wali_error(WALI_EFAULT);
    const bool stays = !(flags & (WALI_MREMAP_FIXED | WALI_MREMAP_DONTUNMAP));
    if (stays && new_size <= old_size) return shrink(from, old_size, new_size);
    if (!range_inside(from, old_size) || !range_is(from, old_size, true)) return wali_error(WALI_EFAULT);
    const uint64_t more = flags & WALI_MREMAP_DONTUNMAP ? new_size : new_size > old_size ? new_size - old_size : 0;
    if (more != 0 && !page_map_allows(more / WALI_PAGE)) return wali_error(WALI_ENOMEM);
    if (flags & WALI_MREMAP_FIXED) return remap_fixed(from, old_size, new_size, flags, to);
    if (stays && old_size != 0 && range_inside(from, new_size) &&
        range_is(from + old_size, new_size - old_size, false)) {
        const uint64_t result = extend(from, old_size, new_size);
        if (!failed(result)) return result;
    }
    if (!(flags & WALI_MREMAP_MAYMOVE)) return old_size == 0 ? wali_error(WALI_EINVAL) : wali_error(WALI_ENOMEM);
    const uint64_t found = range_find(new_size);
    if (found == 0) return wali_error(WALI_ENOMEM);
    return range_move(from, old_size, found, new_size, flags & WALI_MREMAP_DONTUNMAP);
}

uint64_t w2c_wali_SYS_mremap(struct w2c_wali* host, uint32_t old_address, uint32_t old_size, uint32_t new_size,
                             uint32_t flags, uint32_t new_address) {
    (void)host;
    if (!is_aligned(old_address) || new_size == 0 || flags & ~MREMAP_KNOWN) return wali_error(WALI_EINVAL);
    if ((flags & (WALI_MREMAP_FIXED | WALI_MREMAP_DONTUNMAP)) && !(flags & WALI_MREMAP_MAYMOVE))
        return wali_error(WALI_EINVAL);
    if ((flags & WALI_MREMAP_DONTUNMAP) && page_up(old_size) != page_up(new_size)) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = remap_locked(old_address, page_up(old_size), page_up(new_size), flags, new_address);
    page_map_unlock(mask);
    return result;
}
