// SPDX-License-Identifier: BSL-1.0
//
// A lock that is safe in signal handlers: signals stay blocked while it is held. It sleeps, so a thread of a lower
// priority can give it back. It may lie in memory that processes share.
#pragma once

#include "host.h"

typedef _Atomic uint32_t host_lock;  // 0 is free, 1 taken, 2 taken while others may wait

WALI_INLINE void lock_futex(host_lock* lock, uint32_t operation, uint32_t value) {
    wali_syscall4(202, (uint64_t)lock, operation, value, 0);
}

// Returns what lock_release needs.
WALI_INLINE uint64_t lock_take(host_lock* lock) {
    const uint64_t mask = signals_block();
    uint32_t expected = 0;
    if (!atomic_compare_exchange_strong(lock, &expected, 1))
        while (atomic_exchange(lock, 2) != 0) lock_futex(lock, 0 /* FUTEX_WAIT */, 2);
    return mask;
}

WALI_INLINE void lock_free(host_lock* lock) {
    if (atomic_exchange(lock, 0) == 2) lock_futex(lock, 1 /* FUTEX_WAKE */, 1);
}

WALI_INLINE void lock_release(host_lock* lock, uint64_t signal_mask) {
    lock_free(lock);
    signals_restore(signal_mask);
}
