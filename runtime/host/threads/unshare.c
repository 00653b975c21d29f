// SPDX-License-Identifier: BSL-1.0
//
// unshare and setns: some flags want a process of one thread, and EINVAL says that there are more. The guest knows only
// of its own ones: one that it has joined may still be on its way out of the host.
#include "base/base.h"
#include "threads.h"

static uint64_t call_alone(uint64_t number, uint64_t first, uint64_t second) {
    uint64_t result = wali_syscall2(number, first, second);
    for (int attempt = 0; attempt < LEAVE_ATTEMPTS && result == wali_error(WALI_EINVAL) && threads_leave(); ++attempt) {
        result = wali_syscall2(number, first, second);
    }
    return result;
}

uint64_t w2c_wali_SYS_unshare(struct w2c_wali* host, uint64_t flags) {
    (void)host;
    return call_alone(NR_unshare, flags, 0);
}

uint64_t w2c_wali_SYS_setns(struct w2c_wali* host, uint32_t fd, uint32_t nstype) {
    (void)host;
    return call_alone(NR_setns, fd, nstype);
}
