// SPDX-License-Identifier: BSL-1.0
//
// Files in memory. Under a policy they must be ones that nobody executes, as no rule could name them.
#include "files.h"

uint64_t memory_file(uint64_t name, uint64_t flags) {
    const uint64_t fd = wali_syscall2(NR_memfd_create, name, flags);
    if (fd != wali_error(WALI_EPERM) || (flags & WALI_MFD_EXEC)) return fd;
    return wali_syscall2(NR_memfd_create, name, flags | WALI_MFD_NOEXEC_SEAL);
}

uint64_t w2c_wali_SYS_memfd_create(struct w2c_wali* host, uint32_t name, uint32_t flags) {
    (void)host;
    return memory_file(wali_pointer(name), flags);
}
