// SPDX-License-Identifier: BSL-1.0
//
// Signal masks. The host's signals never enter a mask of the kernel, which ends a process that faults while they are
// blocked. So what the guest wants of them is kept here: it reads back what it set, a fault while blocked is a trap,
// and one that is sent meanwhile waits, one of each kind per thread.
#include "delivery.h"

static _Thread_local volatile uint64_t held;    // a subset of HOST_SIGNALS
static _Thread_local _Atomic uint64_t waiting;  // those of them that came
static _Thread_local union siginfo waiting_info[12];

static uint64_t bit_of(int signal) { return 1UL << (signal - 1); }

bool sigmask_holds(int signal) { return held & bit_of(signal); }

// A section without handlers costs no call of the kernel: a signal that comes in spite of it is sent again, and all are
// blocked from then on, until the section ends.
static _Thread_local volatile uint32_t sections;  // that this thread is in
static _Thread_local volatile bool postponed;
static _Thread_local uint64_t mask_before;  // that

bool handlers_are_blocked(void) { return sections != 0; }

// The fences keep the compiler from moving what is to be protected out of the section.
void handlers_block(void) {
    sections = sections + 1;
    atomic_signal_fence(memory_order_seq_cst);
}

bool sigmask_postpone(int signal, const union siginfo* info, uint64_t* mask) {
    if (sections == 0) return false;
    // Another one may come before this, and find the mask of this handler; what is written last is right.
    signals_block();
    mask_before = *mask;
    postponed = true;
    *mask |= ~HOST_SIGNALS;
    wali_syscall4(NR_rt_tgsigqueueinfo, wali_syscall0(NR_getpid), wali_syscall0(NR_gettid), (uint64_t)signal,
                  (uint64_t)info);
    return true;
}

void handlers_restore(void) {
    RULE(sections != 0, "a section without handlers ends once");
    atomic_signal_fence(memory_order_seq_cst);
    sections = sections - 1;
    if (sections != 0) return;
    if (postponed) {
        postponed = false;
        signals_restore(mask_before);
    }
    sigmask_release(held);
}

bool sigmask_defer(int signal, const union siginfo* info) {
    if (!sigmask_holds(signal) && !handlers_are_blocked()) return false;
    if (!(waiting & bit_of(signal))) waiting_info[signal] = *info;
    waiting |= bit_of(signal);
    return true;
}

uint64_t sigmask_held(void) { return held; }

void sigmask_hold(uint64_t these) { held = these & HOST_SIGNALS; }

void sigmask_forked(void) { waiting = 0; }

// One after another, each when the handler of the one before has returned: were they delivered from within that, as
// many frames would be open as came during handlers. For the same reason all are held where no handler runs.
void sigmask_release(uint64_t only) {
    for (;;) {
        sigmask_hold(only);
        if (handlers_are_blocked() || !(waiting & ~only)) return;
        sigmask_hold(HOST_SIGNALS);
        const uint64_t ready = waiting & ~only;
        if (ready == 0) continue;  // one that came just now was not held, and took them along
        const int signal = __builtin_ctzl(ready) + 1;
        const union siginfo info = waiting_info[signal];
        waiting &= ~bit_of(signal);
        only = signal_waited(signal, &info, only);
    }
}

static int64_t whole_mask_read(uint64_t* mask, uint32_t address, uint64_t size) {
    if (size != sizeof *mask) return -WALI_EINVAL;
    return guest_read(mask, address, sizeof *mask);
}

int64_t signal_mask_read(uint64_t* mask, uint32_t address, uint64_t size) {
    const int64_t error = whole_mask_read(mask, address, size);
    *mask &= ~HOST_SIGNALS;
    return error;
}

// --- the calls ---

enum how { BLOCK = 0, UNBLOCK = 1, SET = 2 };

static uint64_t changed(uint64_t mask, enum how how, uint64_t set) {
    switch (how) {
        case BLOCK: return mask | set;
        case UNBLOCK: return mask & ~set;
        default: return set;
    }
}

uint64_t w2c_wali_SYS_rt_sigprocmask(struct w2c_wali* host, uint32_t how, uint32_t set, uint32_t oldset,
                                     uint32_t sigsetsize) {
    (void)host;
    uint64_t mask = 0;
    uint64_t old = 0;
    const int64_t error = set == 0 ? (sigsetsize == 8 ? 0 : -WALI_EINVAL) : whole_mask_read(&mask, set, sigsetsize);
    if (error != 0) return (uint64_t)error;
    const uint64_t native = mask & ~HOST_SIGNALS;
    const uint64_t held_before = held;
    const uint64_t result = wali_syscall4(NR_rt_sigprocmask, how, set == 0 ? 0 : (uint64_t)&native, (uint64_t)&old, 8);
    if (failed(result)) return result;
    if (set != 0) sigmask_release(changed(held_before, how, mask));
    old |= held_before;
    if (oldset != 0 && guest_write(oldset, &old, sizeof old) != 0) return wali_error(WALI_EFAULT);
    return result;
}

// A signal that waited ends the call before it begins.
uint64_t w2c_wali_SYS_rt_sigsuspend(struct w2c_wali* host, uint32_t mask, uint32_t sigsetsize) {
    (void)host;
    uint64_t wanted;
    const int64_t error = whole_mask_read(&wanted, mask, sigsetsize);
    if (error != 0) return (uint64_t)error;
    const uint64_t native = wanted & ~HOST_SIGNALS;
    const uint64_t held_before = held;
    const bool ready = waiting & ~wanted;
    sigmask_release(wanted);
    const uint64_t result =
        ready ? wali_error(WALI_EINTR) : wali_syscall2(NR_rt_sigsuspend, (uint64_t)&native, sizeof native);
    sigmask_release(held_before);
    return result;
}

uint64_t w2c_wali_SYS_rt_sigpending(struct w2c_wali* host, uint32_t set, uint32_t sigsetsize) {
    (void)host;
    uint64_t pending = 0;
    const uint64_t result = wali_syscall2(NR_rt_sigpending, (uint64_t)&pending, sigsetsize);
    pending |= waiting;
    if (failed(result)) return result;
    return guest_write(set, &pending, sigsetsize) == 0 ? result : wali_error(WALI_EFAULT);
}
