// SPDX-License-Identifier: BSL-1.0
//
// futex_waitv and futex_requeue, whose words are named by arrays of 64-bit addresses.
#include "threads.h"

#include <linux/futex.h>

#include "memory/memory.h"

int64_t futex_waiters_read(struct futex_waitv* native, uint32_t address, uint32_t count) {
    if (guest_read(native, address, count * sizeof *native) != 0) return -WALI_EFAULT;
    for (uint32_t i = 0; i < count; ++i)
        native[i].uaddr = native[i].uaddr > UINT32_MAX ? UNMAPPED_POINTER : wali_pointer((uint32_t)native[i].uaddr);
    return 0;
}

uint64_t w2c_wali_SYS_futex_waitv(struct w2c_wali* host, uint32_t waiters, uint32_t nr_futexes, uint32_t flags,
                                  uint32_t timeout, uint32_t clockid) {
    (void)host;
    struct futex_waitv native[FUTEX_WAITV_MAX];
    if (flags != 0 || nr_futexes == 0 || nr_futexes > FUTEX_WAITV_MAX || waiters == 0) return wali_error(WALI_EINVAL);
    const int64_t error = futex_waiters_read(native, waiters, nr_futexes);
    if (error != 0) return (uint64_t)error;
    return wali_syscall5(NR_futex_waitv, (uint64_t)native, nr_futexes, flags, wali_pointer(timeout), clockid);
}

uint64_t w2c_wali_SYS_futex_requeue(struct w2c_wali* host, uint32_t waiters, uint32_t flags, uint32_t nr_wake,
                                    uint32_t nr_requeue) {
    (void)host;
    struct futex_waitv native[2];
    if (flags != 0 || waiters == 0) return wali_error(WALI_EINVAL);
    const int64_t error = futex_waiters_read(native, waiters, 2);
    return error != 0 ? (uint64_t)error : wali_syscall4(NR_futex_requeue, (uint64_t)native, flags, nr_wake, nr_requeue);
}
