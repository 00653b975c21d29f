// SPDX-License-Identifier: BSL-1.0
//
// futex by operation, and wasm's atomic wait and notify on top of it.
#include <limits.h>
#include <time.h>

#include "engine/engine.h"
#include "threads.h"

uint64_t w2c_wali_SYS_futex(struct w2c_wali* host, uint32_t uaddr, uint32_t futex_op, uint32_t val, uint32_t timeout,
                            uint32_t uaddr2, uint32_t val3) {
    (void)host;
    uint64_t fourth;
    switch (futex_op & ~(uint32_t)(WALI_FUTEX_PRIVATE_FLAG | WALI_FUTEX_CLOCK_REALTIME)) {
        case WALI_FUTEX_WAIT:
        case WALI_FUTEX_WAIT_BITSET:
        case WALI_FUTEX_LOCK_PI:
        case WALI_FUTEX_LOCK_PI2:
        case WALI_FUTEX_WAIT_REQUEUE_PI: fourth = wali_pointer(timeout); break;
        case WALI_FUTEX_WAKE:
        case WALI_FUTEX_WAKE_BITSET:
        case WALI_FUTEX_UNLOCK_PI:
        case WALI_FUTEX_TRYLOCK_PI:
        case WALI_FUTEX_REQUEUE:
        case WALI_FUTEX_CMP_REQUEUE:
        case WALI_FUTEX_CMP_REQUEUE_PI:
            fourth = timeout;  // a number, or unused
            break;
        case WALI_FUTEX_WAKE_OP:
            // What the kernel does at a thread's end: the libc says so to whoever joins (sysroot's thread_exit.c).
            if (uaddr == uaddr2 && val3 == 0) thread_ends();
            fourth = timeout;
            break;
        default: return wali_error(WALI_ENOSYS);
    }
    return wali_syscall6(NR_futex, wali_pointer(uaddr), futex_op, val, fourth, wali_pointer(uaddr2), val3);
}

// --- memory.atomic.wait and notify ---

enum { WOKEN = 0, NOT_EQUAL = 1, TIMED_OUT = 2 };

#define NANOSECONDS 1000000000L

// Faults, and so traps, if the address is not in memory. A misaligned one traps too.
static uint64_t effective(uint32_t address, uint32_t offset, uint32_t width) {
    const uint64_t sum = (uint64_t)address + offset;
    if (sum % width != 0) wasm_rt_trap(WASM_RT_TRAP_UNALIGNED);
    return WALI_MEMORY_BASE + sum;
}

// The end of a wait as absolute monotonic time. Returns NULL for "for ever" (a negative timeout).
static const struct timespec* deadline(struct timespec* end, int64_t nanoseconds) {
    if (nanoseconds < 0) return NULL;
    wali_syscall2(NR_clock_gettime, WALI_CLOCK_MONOTONIC, (uint64_t)end);
    end->tv_sec += nanoseconds / NANOSECONDS;
    end->tv_nsec += nanoseconds % NANOSECONDS;
    if (end->tv_nsec >= NANOSECONDS) {
        end->tv_nsec -= NANOSECONDS;
        ++end->tv_sec;
    }
    return end;
}

static uint64_t futex_wait(const volatile void* word, uint32_t expected, const struct timespec* end) {
    return wali_syscall6(NR_futex, (uint64_t)word, WALI_FUTEX_WAIT_BITSET | WALI_FUTEX_PRIVATE_FLAG, expected,
                         (uint64_t)end, 0, UINT32_MAX);
}

static void check_shared(void) {
    if (!wali_guest.shared) wasm_rt_trap(WASM_RT_TRAP_WAIT_UNSHARED);
}

uint32_t w2c_wali_atomicwait32(struct w2c_wali* host, uint32_t address, uint32_t expected, uint64_t timeout,
                               uint32_t offset) {
    (void)host;
    const _Atomic uint32_t* word = (const _Atomic uint32_t*)effective(address, offset, 4);
    struct timespec end;
    check_shared();
    if (atomic_load(word) != expected) return NOT_EQUAL;
    const struct timespec* until = deadline(&end, (int64_t)timeout);
    for (;;) {
        const uint64_t result = futex_wait(word, expected, until);
        if (result == 0) return WOKEN;
        if (result == wali_error(WALI_ETIMEDOUT)) return TIMED_OUT;
        // -EAGAIN: the value is another one by now. -EINTR: a guest's signal handler ran; wait on.
        if (result == wali_error(WALI_EAGAIN)) return NOT_EQUAL;
    }
}

// The kernel compares 32 bits. A 64-bit wait therefore sleeps on a counter that every notify of the bucket advances, so
// it may wake without a notify of its own address; programs must expect that from futexes anyway.
#define BUCKETS 64U
static struct {
    _Atomic uint32_t generation;
    _Atomic uint32_t waiters;
} buckets[BUCKETS];

static unsigned bucket_of(uint64_t address) { return (unsigned)(address >> 3) % BUCKETS; }

uint32_t w2c_wali_atomicwait64(struct w2c_wali* host, uint32_t address, uint64_t expected, uint64_t timeout,
                               uint32_t offset) {
    (void)host;
    const uint64_t at = effective(address, offset, 8);
    const _Atomic uint64_t* word = (const _Atomic uint64_t*)at;
    const unsigned bucket = bucket_of(at);
    struct timespec end;
    uint32_t outcome = NOT_EQUAL;
    check_shared();
    const struct timespec* until = deadline(&end, (int64_t)timeout);
    atomic_load(word);  // a trap must come before the counting
    atomic_fetch_add(&buckets[bucket].waiters, 1);
    const uint32_t generation = atomic_load(&buckets[bucket].generation);
    while (outcome == NOT_EQUAL && atomic_load(word) == expected) {
        const uint64_t result = futex_wait(&buckets[bucket].generation, generation, until);
        if (result == 0 || result == wali_error(WALI_EAGAIN)) outcome = WOKEN;
        if (result == wali_error(WALI_ETIMEDOUT)) outcome = TIMED_OUT;
    }
    atomic_fetch_sub(&buckets[bucket].waiters, 1);
    return outcome;
}

uint32_t w2c_wali_atomicnotify(struct w2c_wali* host, uint32_t address, uint32_t count, uint32_t offset) {
    (void)host;
    const uint64_t at = effective(address, offset, 4);
    atomic_load((const _Atomic uint32_t*)at);
    const uint32_t limit = count > INT_MAX ? INT_MAX : count;
    uint64_t woken = 0;
    if (limit > 0) woken = wali_syscall3(NR_futex, at, WALI_FUTEX_WAKE | WALI_FUTEX_PRIVATE_FLAG, limit);
    if (failed(woken)) woken = 0;
    const unsigned bucket = bucket_of(at);
    if (woken < limit && atomic_load(&buckets[bucket].waiters) > 0) {
        atomic_fetch_add(&buckets[bucket].generation, 1);
        const uint64_t more = wali_syscall3(NR_futex, (uint64_t)&buckets[bucket].generation,
                                            WALI_FUTEX_WAKE | WALI_FUTEX_PRIVATE_FLAG, INT_MAX);
        if (!failed(more)) woken += more;
    }
    return (uint32_t)(woken < limit ? woken : limit);
}
