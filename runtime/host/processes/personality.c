// SPDX-License-Identifier: BSL-1.0
//
// personality: what would make data executable, or address 0 readable, also in the host, is refused.
#include "base/base.h"

#define ONLY_ASKS UINT32_MAX

uint64_t w2c_wali_SYS_personality(struct w2c_wali* host, uint32_t persona) {
    (void)host;
    if (persona != ONLY_ASKS && persona & (WALI_READ_IMPLIES_EXEC | WALI_MMAP_PAGE_ZERO)) return wali_error(WALI_EPERM);
    return wali_syscall1(NR_personality, persona);
}
