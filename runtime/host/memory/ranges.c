// SPDX-License-Identifier: BSL-1.0
//
// Calls that change or ask about the pages of a range: mprotect, madvise, msync, mlock and their like. The kernel would
// take the reservation for mapped pages, so it is asked only about pages that are the guest's.
#include "address_space.h"

// What a call does when it comes to pages that are not mapped. Both end in -ENOMEM.
enum at_hole { STOP, SKIP };

static uint64_t each_run(uint64_t number, uint64_t address, uint64_t size, uint64_t argument, enum at_hole at_hole) {
    uint64_t result = 0;
    for (uint64_t at = address; at < address + size;) {
        const uint64_t left = address + size - at;
        const uint64_t run = page_map_run(at / WALI_PAGE, left / WALI_PAGE) * WALI_PAGE;
        const uint64_t done = run > 0 ? wali_syscall3(number, WALI_MEMORY_BASE + at, run, argument) : 0;
        if (failed(done)) return done;
        if (run < left) result = wali_error(WALI_ENOMEM);
        if (run == 0 && at_hole == STOP) break;
        at += run > 0 ? run : WALI_PAGE;
    }
    return result;
}

static uint64_t each_run_locked(uint64_t number, uint64_t address, uint64_t size, uint64_t argument,
                                enum at_hole at_hole) {
    const uint64_t mask = page_map_lock();
    const uint64_t result = each_run(number, address, size, argument, at_hole);
    page_map_unlock(mask);
    return result;
}

// The answer of a call that would do nothing: finds wrong flags first, as the kernel does.
static uint64_t try_empty(uint64_t number, uint64_t argument) {
    return wali_syscall3(number, WALI_MEMORY_BASE, 0, argument);
}

// --- protection ---

#define PROT_KNOWN 0xfU  // with PROT_SEM

uint64_t w2c_wali_SYS_mprotect(struct w2c_wali* host, uint32_t addr, uint32_t len, uint32_t prot) {
    (void)host;
    const uint64_t size = page_up(len);
    if (!is_aligned(addr)) return wali_error(WALI_EINVAL);
    if (size == 0) return 0;
    if (addr + size > ADDRESS_SPACE) return wali_error(WALI_ENOMEM);
    if (prot & ~PROT_KNOWN) return wali_error(WALI_EINVAL);
    return each_run_locked(NR_mprotect, addr, size, prot & PROT_ALLOWED, STOP);
}

// Protection keys are a register of the thread; the processor's keys are not for guests. -1 is mprotect's key.
uint64_t w2c_wali_SYS_pkey_mprotect(struct w2c_wali* host, uint32_t addr, uint32_t len, uint32_t prot, uint32_t pkey) {
    return pkey == UINT32_MAX ? w2c_wali_SYS_mprotect(host, addr, len, prot) : wali_error(WALI_EINVAL);
}

uint64_t w2c_wali_SYS_mseal(struct w2c_wali* host, uint32_t addr, uint32_t len, uint64_t flags) {
    (void)host;
    const uint64_t size = page_up(len);
    uint64_t result = wali_error(WALI_ENOMEM);
    if (!is_aligned(addr) || addr + size > ADDRESS_SPACE) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    if (flags != 0 || range_is(addr, size, true))
        result = wali_syscall3(NR_mseal, WALI_MEMORY_BASE + addr, size, flags);
    page_map_unlock(mask);
    return result;
}

// --- advice ---

uint64_t w2c_wali_SYS_madvise(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t advice) {
    (void)host;
    const uint64_t size = page_up(length);
    if (advice == WALI_MADV_HWPOISON || advice == WALI_MADV_SOFT_OFFLINE)
        return wali_error(WALI_EPERM);  // damage memory
    if (!is_aligned(addr) || addr + size > ADDRESS_SPACE) return wali_error(WALI_EINVAL);
    const uint64_t error = try_empty(NR_madvise, advice);
    return failed(error) ? error : each_run_locked(NR_madvise, addr, size, advice, SKIP);
}

// --- files ---

uint64_t w2c_wali_SYS_msync(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t flags) {
    (void)host;
    const uint64_t size = page_up(length);
    const uint64_t error = try_empty(NR_msync, flags);
    if (failed(error)) return error;
    if (!is_aligned(addr)) return wali_error(WALI_EINVAL);
    if (addr + size > ADDRESS_SPACE) return wali_error(WALI_ENOMEM);
    // Without the lock: it may wait for a disk, and does no harm to pages that others map meanwhile.
    return each_run(NR_msync, addr, size, flags, SKIP);
}

// --- NUMA policies: the kernel is asked with no pages first, which finds what is wrong with the rest ---

uint64_t w2c_wali_SYS_mbind(struct w2c_wali* host, uint32_t addr, uint64_t len, uint64_t mode, uint32_t nodemask,
                            uint64_t maxnode, uint32_t flags) {
    (void)host;
    const uint64_t nodes = wali_pointer(nodemask);
    const uint64_t error = wali_syscall6(NR_mbind, WALI_MEMORY_BASE + addr, 0, mode, nodes, maxnode, flags);
    if (failed(error)) return error;
    if (len == 0) return 0;
    if (addr == 0) return wali_error(WALI_EFAULT);
    const bool may_have_holes = mode == WALI_MPOL_DEFAULT;
    const uint64_t left = ADDRESS_SPACE - addr;
    if (len > left && !may_have_holes) return wali_error(WALI_EFAULT);
    const uint64_t size = len > left ? left : page_up(len);
    uint64_t result = wali_error(WALI_EFAULT);
    const uint64_t mask = page_map_lock();
    for (uint64_t at = addr; at < addr + size;) {
        const uint64_t run = page_map_run(at / WALI_PAGE, (addr + size - at) / WALI_PAGE) * WALI_PAGE;
        if (run > 0) result = wali_syscall6(NR_mbind, WALI_MEMORY_BASE + at, run, mode, nodes, maxnode, flags);
        if (run == 0 && !may_have_holes) result = wali_error(WALI_EFAULT);
        if (failed(result) && (run > 0 || !may_have_holes)) break;
        at += run > 0 ? run : WALI_PAGE;
    }
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_set_mempolicy_home_node(struct w2c_wali* host, uint32_t addr, uint64_t len, uint64_t home_node,
                                              uint64_t flags) {
    (void)host;
    const uint64_t error = wali_syscall4(NR_set_mempolicy_home_node, WALI_MEMORY_BASE + addr, 0, home_node, flags);
    if (failed(error)) return error;
    const uint64_t size = len <= ADDRESS_SPACE ? page_up(len) : len;
    uint64_t result = size == 0 ? 0 : wali_error(WALI_ENOENT);  // nothing there has a policy
    if (size > ADDRESS_SPACE - addr) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    for (uint64_t at = addr; at < addr + size;) {
        const uint64_t run = page_map_run(at / WALI_PAGE, (addr + size - at) / WALI_PAGE) * WALI_PAGE;
        if (run > 0) {
            const uint64_t done =
                wali_syscall4(NR_set_mempolicy_home_node, WALI_MEMORY_BASE + at, run, home_node, flags);
            if (done != wali_error(WALI_ENOENT)) result = done;
            if (failed(done) && done != wali_error(WALI_ENOENT)) break;
        }
        at += run > 0 ? run : WALI_PAGE;
    }
    page_map_unlock(mask);
    return result;
}

// --- residence ---

static uint64_t lock_pages(uint64_t number, uint32_t address, uint32_t length, uint64_t flags) {
    const uint64_t start = page_down(address);
    const uint64_t size = page_up(address % WALI_PAGE + (uint64_t)length);
    if (start + size > ADDRESS_SPACE) return wali_error(size > UINT32_MAX ? WALI_ENOMEM : WALI_EINVAL);
    const uint64_t error = try_empty(number, flags);
    return failed(error) ? error : each_run_locked(number, start, size, flags, STOP);
}

uint64_t w2c_wali_SYS_mlock(struct w2c_wali* host, uint32_t addr, uint32_t length) {
    (void)host;
    return lock_pages(NR_mlock, addr, length, 0);
}

uint64_t w2c_wali_SYS_mlock2(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t flags) {
    (void)host;
    return lock_pages(NR_mlock2, addr, length, flags);
}

uint64_t w2c_wali_SYS_munlock(struct w2c_wali* host, uint32_t addr, uint32_t length) {
    (void)host;
    return lock_pages(NR_munlock, addr, length, 0);
}

uint64_t w2c_wali_SYS_mlockall(struct w2c_wali* host, uint32_t flags) {
    (void)host;
    const uint32_t known = WALI_MCL_CURRENT | WALI_MCL_FUTURE | WALI_MCL_ONFAULT;
    if (flags == 0 || flags & ~known || flags == WALI_MCL_ONFAULT) return wali_error(WALI_EINVAL);
    const uint64_t mask = page_map_lock();
    const uint64_t result = flags & WALI_MCL_CURRENT ? wali_syscall1(NR_mlockall, flags & ~(uint32_t)WALI_MCL_FUTURE)
                                                     : wali_syscall2(NR_mlock, WALI_MEMORY_BASE, 0);  // EPERM or 0
    if (!failed(result)) page_map_set_future(flags & WALI_MCL_FUTURE ? flags : 0);
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_munlockall(struct w2c_wali* host) {
    (void)host;
    const uint64_t mask = page_map_lock();
    page_map_set_future(0);
    const uint64_t result = wali_syscall0(NR_munlockall);
    page_map_unlock(mask);
    return result;
}

uint64_t w2c_wali_SYS_mincore(struct w2c_wali* host, uint32_t addr, uint32_t length, uint32_t vec) {
    (void)host;
    const uint64_t size = page_up(length);
    if (!is_aligned(addr)) return wali_error(WALI_EINVAL);
    if (addr + size > ADDRESS_SPACE || !range_is(addr, size, true)) return wali_error(WALI_ENOMEM);
    return wali_syscall3(NR_mincore, WALI_MEMORY_BASE + addr, size, wali_pointer(vec));
}
