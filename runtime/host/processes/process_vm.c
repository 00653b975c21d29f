// SPDX-License-Identifier: BSL-1.0
//
// process_vm_readv, process_vm_writev and process_madvise.
#include "memory/memory.h"

// Addresses of the other process are those of a module, too: where its memory lies is the same everywhere. So of a
// process that runs none they name hardly anything.
static uint64_t between_processes(uint64_t number, uint32_t pid, uint32_t local, uint64_t locals, uint32_t remote,
                                  uint64_t remotes, uint64_t flags) {
    struct wali_native_iovec here[GUEST_IOV_MAX];
    struct wali_native_iovec there[GUEST_IOV_MAX];
    const uint64_t local_pointer = iovec_translate(here, local, (uint32_t)locals);  // the kernel, too, takes 32 bits
    const uint64_t remote_pointer =
        iovec_translate(there, remote, remotes > UINT32_MAX ? UINT32_MAX : (uint32_t)remotes);
    return wali_syscall6(number, pid, local_pointer, locals, remote_pointer, remotes, flags);
}

uint64_t w2c_wali_SYS_process_vm_readv(struct w2c_wali* host, uint32_t pid, uint32_t local_iov, uint64_t liovcnt,
                                       uint32_t remote_iov, uint64_t riovcnt, uint64_t flags) {
    (void)host;
    return between_processes(NR_process_vm_readv, pid, local_iov, liovcnt, remote_iov, riovcnt, flags);
}

uint64_t w2c_wali_SYS_process_vm_writev(struct w2c_wali* host, uint32_t pid, uint32_t local_iov, uint64_t liovcnt,
                                        uint32_t remote_iov, uint64_t riovcnt, uint64_t flags) {
    (void)host;
    return between_processes(NR_process_vm_writev, pid, local_iov, liovcnt, remote_iov, riovcnt, flags);
}

// What the kernel lets one process advise another. Newer ones take all of madvise for the own process: that has a call.
static bool is_harmless(uint32_t advice) {
    return advice == WALI_MADV_WILLNEED || advice == WALI_MADV_COLD || advice == WALI_MADV_PAGEOUT ||
           advice == WALI_MADV_COLLAPSE;
}

uint64_t w2c_wali_SYS_process_madvise(struct w2c_wali* host, uint32_t pidfd, uint32_t iovec, uint32_t vlen,
                                      uint32_t advice, uint32_t flags) {
    (void)host;
    struct wali_native_iovec there[GUEST_IOV_MAX];
    const uint32_t known = is_harmless(advice) ? advice : UINT32_MAX;  // the kernel finds other mistakes first
    return wali_syscall5(NR_process_madvise, pidfd, iovec_translate(there, iovec, vlen), vlen, known, flags);
}
