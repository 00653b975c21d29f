// SPDX-License-Identifier: BSL-1.0
//
// signalfd and signalfd4. Without the host's signals in its mask.
#include "signals.h"

uint64_t w2c_wali_SYS_signalfd4(struct w2c_wali* host, uint32_t fd, uint32_t mask, uint32_t sizemask, uint32_t flags) {
    (void)host;
    uint64_t native;
    const int64_t error = signal_mask_read(&native, mask, sizemask);
    return error != 0 ? (uint64_t)error : wali_syscall4(NR_signalfd4, fd, (uint64_t)&native, sizemask, flags);
}

uint64_t w2c_wali_SYS_signalfd(struct w2c_wali* host, uint32_t fd, uint32_t mask, uint32_t sizemask) {
    return w2c_wali_SYS_signalfd4(host, fd, mask, sizemask, 0);
}
