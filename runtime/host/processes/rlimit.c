// SPDX-License-Identifier: BSL-1.0
//
// Limits of resources. RLIMIT_AS counts the reservation and the stacks, which are no memory of the guest: for the
// kernel its limit is larger by that much (else even munmap would fail), and the guest's own pages are counted by
// page_map.
#include "rlimit.h"

#include "engine/engine.h"

#define HOST_BYTES (WALI_MEMORY_RESERVATION + STACK_MAPPING)
#define INFINITE UINT64_MAX

struct limits {
    uint64_t soft;
    uint64_t hard;
};

static uint64_t for_kernel(uint64_t limit) { return limit > INFINITE - HOST_BYTES ? INFINITE : limit + HOST_BYTES; }

static uint64_t for_guest(uint64_t limit) {
    if (limit == INFINITE) return INFINITE;
    return limit > HOST_BYTES ? limit - HOST_BYTES : 0;
}

static uint64_t address_space(uint32_t wanted, uint32_t old) {
    struct limits new_limits;
    struct limits old_limits;
    if (wanted != 0) {
        if (guest_read(&new_limits, wanted, sizeof new_limits) != 0) return wali_error(WALI_EFAULT);
        if (new_limits.soft > new_limits.hard) return wali_error(WALI_EINVAL);
        new_limits = (struct limits){for_kernel(new_limits.soft), for_kernel(new_limits.hard)};
    }
    const uint64_t result =
        wali_syscall4(NR_prlimit64, 0, WALI_RLIMIT_AS, wanted ? (uint64_t)&new_limits : 0, (uint64_t)&old_limits);
    if (failed(result)) return result;
    if (wanted != 0) page_map_limit(for_guest(new_limits.soft) / WALI_PAGE);
    old_limits = (struct limits){for_guest(old_limits.soft), for_guest(old_limits.hard)};
    return old != 0 && guest_write(old, &old_limits, sizeof old_limits) != 0 ? wali_error(WALI_EFAULT) : 0;
}

// A limit that was there before the program holds for it, too.
void address_space_limit_inherit(void) {
    struct limits limits;
    if (failed(wali_syscall2(NR_getrlimit, WALI_RLIMIT_AS, (uint64_t)&limits)) || limits.soft == INFINITE) return;
    page_map_limit(for_guest(limits.soft) / WALI_PAGE);
}

uint64_t w2c_wali_SYS_getrlimit(struct w2c_wali* host, uint32_t resource, uint32_t rlim) {
    (void)host;
    if (resource != WALI_RLIMIT_AS) return wali_syscall2(NR_getrlimit, resource, wali_pointer(rlim));
    return rlim == 0 ? wali_error(WALI_EFAULT) : address_space(0, rlim);
}

uint64_t w2c_wali_SYS_setrlimit(struct w2c_wali* host, uint32_t resource, uint32_t rlim) {
    (void)host;
    if (resource != WALI_RLIMIT_AS) return wali_syscall2(NR_setrlimit, resource, wali_pointer(rlim));
    return rlim == 0 ? wali_error(WALI_EFAULT) : address_space(rlim, 0);
}

uint64_t w2c_wali_SYS_prlimit64(struct w2c_wali* host, uint32_t pid, uint32_t resource, uint32_t new_limit,
                                uint32_t old_limit) {
    (void)host;
    if (pid == wali_syscall0(NR_getpid)) pid = 0;  // policies allow no other
    if (resource == WALI_RLIMIT_AS && pid == 0) return address_space(new_limit, old_limit);
    return wali_syscall4(NR_prlimit64, pid, resource, wali_pointer(new_limit), wali_pointer(old_limit));
}
