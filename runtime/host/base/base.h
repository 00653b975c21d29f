// SPDX-License-Identifier: BSL-1.0
//
// What all of the host library stands on. It runs inside the guest's process, also below signal handlers: no stdio, no
// locale, no errno; memory of its own only at start-up.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "constants.h"
#include "wali_host.h"

#define WALI_PAGE 4096UL
#define WALI_WASM_PAGE 65536UL

// --- system calls that the host makes itself ---

// A pointer that the kernel never can follow: it answers -EFAULT, in its own order of errors.
#define UNMAPPED_POINTER (UINT64_MAX - 4095)

WALI_INLINE bool failed(uint64_t result) { return result > -4096UL; }

#define READ_WRITE (WALI_PROT_READ | WALI_PROT_WRITE)
#define PRIVATE_MEMORY (WALI_MAP_PRIVATE | WALI_MAP_ANONYMOUS | WALI_MAP_NORESERVE)
#define SHARED_MEMORY (WALI_MAP_SHARED | WALI_MAP_ANONYMOUS)
#define MOVE_TO (WALI_MREMAP_MAYMOVE | WALI_MREMAP_FIXED)

// Memory of the host's own: its address, or an error.
WALI_INLINE uint64_t map_own(uint64_t size) {
    return wali_syscall6(NR_mmap, 0, size, READ_WRITE, PRIVATE_MEMORY, (uint64_t)-1L, 0);
}

// Signals by which the host notices traps. The guest's masks never contain them.
#define HOST_SIGNALS \
    ((1UL << (WALI_SIGILL - 1)) | (1UL << (WALI_SIGBUS - 1)) | (1UL << (WALI_SIGFPE - 1)) | (1UL << (WALI_SIGSEGV - 1)))

// Blocks all signals of this thread: guest handlers run on it and could need what is being changed.
WALI_INLINE uint64_t signals_block(void) {
    uint64_t all = ~0UL;
    uint64_t old = 0;
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_BLOCK, (uint64_t)&all, (uint64_t)&old, 8);
    return old;
}

WALI_INLINE void signals_restore(uint64_t mask) {
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_SETMASK, (uint64_t)&mask, 0, 8);
}

// --- the rules of runtime/README.md, "Who may run when": builds with WALI_CHECKED end at the first that is broken ---

#ifdef WALI_CHECKED
#define RULE(condition, text) ((condition) ? (void)0 : rule_broken(text))
#else
#define RULE(condition, text) ((void)0)
#endif

_Noreturn void rule_broken(const char* text);  // one line on stderr, then SIGABRT

// --- text ---

void append_number(char* text, uint64_t number);  // in decimal, behind the text

// --- a lock that is safe in signal handlers: signals stay blocked while it is held. It sleeps, so a thread of a lower
// priority can give it back. It may lie in memory that processes share ---

typedef _Atomic uint32_t host_lock;  // 0 is free, 1 taken, 2 taken while others may wait

#ifdef WALI_CHECKED
extern _Thread_local bool lock_is_held;
WALI_INLINE void lock_note(bool held) {
    RULE(!(held && lock_is_held), "a thread holds one lock");
    lock_is_held = held;
}
#else
WALI_INLINE void lock_note(bool held) { (void)held; }
#endif

WALI_INLINE void lock_futex(host_lock* lock, uint32_t operation, uint32_t value) {
    wali_syscall4(NR_futex, (uint64_t)lock, operation, value, 0);
}

// Without a look at signals: for who has seen to them already.
WALI_INLINE void lock_wait(host_lock* lock) {
    uint32_t expected = 0;
    if (!atomic_compare_exchange_strong(lock, &expected, 1))
        while (atomic_exchange(lock, 2) != 0) lock_futex(lock, WALI_FUTEX_WAIT, 2);
}

WALI_INLINE void lock_wake(host_lock* lock) {
    if (atomic_exchange(lock, 0) == 2) lock_futex(lock, WALI_FUTEX_WAKE, 1);
}

// Returns what lock_release needs.
WALI_INLINE uint64_t lock_take(host_lock* lock) {
    const uint64_t mask = signals_block();
    lock_wait(lock);
    lock_note(true);
    return mask;
}

WALI_INLINE void lock_free(host_lock* lock) {
    lock_note(false);
    lock_wake(lock);
}

WALI_INLINE void lock_release(host_lock* lock, uint64_t signal_mask) {
    lock_free(lock);
    signals_restore(signal_mask);
}

// --- the end ---

void end_by_signal(int signal);  // as its default action does

// One line on stderr, then exit code 2: the module cannot be run here.
_Noreturn void host_fail(const char* text);
