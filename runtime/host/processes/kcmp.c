// SPDX-License-Identifier: BSL-1.0
//
// kcmp, whose last argument is an address for one type, a descriptor for another, and unused for the rest.
#include "base/base.h"

uint64_t w2c_wali_SYS_kcmp(struct w2c_wali* host, uint32_t pid1, uint32_t pid2, uint32_t type, uint64_t idx1,
                           uint64_t idx2) {
    (void)host;
    if (type == WALI_KCMP_EPOLL_TFD) {
        if (idx2 > UINT32_MAX) return wali_error(WALI_EFAULT);
        idx2 = wali_pointer((uint32_t)idx2);
    }
    return wali_syscall5(NR_kcmp, pid1, pid2, type, idx1, idx2);
}
