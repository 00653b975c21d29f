// SPDX-License-Identifier: BSL-1.0
//
// semctl, whose last argument is a number or an address, by command.
#include "base/base.h"
#include "layouts.h"

uint64_t w2c_wali_SYS_semctl(struct w2c_wali* host, uint32_t semid, uint32_t semnum, uint32_t cmd, uint32_t arg) {
    (void)host;
    if (cmd == WALI_SETVAL) return wali_syscall4(NR_semctl, semid, semnum, cmd, arg);
    return cpu_semctl(semid, semnum, cmd, arg);
}
