// SPDX-License-Identifier: BSL-1.0
//
// Signals: what the guest asked for, its masks, faults, and siginfo.
#pragma once

#include "engine/engine.h"

// What all of them begin with; it tells which one it is.
struct siginfo_head {
    int32_t signal;
    int32_t error;
    int32_t code;
};

// In the kernel's form or in the guest's.
union siginfo {
    struct siginfo_head head;
    struct wali_native_siginfo_timer timer;
    struct wali_native_siginfo_rt rt;
    struct wali_native_siginfo_fault fault;
    struct wali_native_siginfo_sys sys;
    struct wali_guest_siginfo_timer guest_timer;
    struct wali_guest_siginfo_rt guest_rt;
    struct wali_guest_siginfo_fault guest_fault;
    struct wali_guest_siginfo_sys guest_sys;
};

_Static_assert(sizeof(union siginfo) == 128, "both forms have 128 bytes");

void siginfo_to_guest(union siginfo* guest, const union siginfo* native);

// What the kernel does for a signal that a call itself causes: the guest's handler runs at once, and where there is
// none, or the signal is blocked, the program ends. `info` is in the kernel's form.
void signal_force(int signal, const union siginfo* info);

// --- masks ---

// Reads a guest's signal mask and takes the host's signals out. 0, -EFAULT or -EINVAL.
int64_t signal_mask_read(uint64_t* mask, uint32_t address, uint64_t size);

// Those of the host's signals that the guest believes to be blocked: they are held back here, not by the kernel.
uint64_t sigmask_held(void);
void sigmask_hold(uint64_t these);  // no others

// Where the host touches guest memory and must not be interrupted by the guest: faults come through, but no handler of
// the guest runs in this thread, not even for one of the host's signals that somebody sent. What came meanwhile is
// delivered at the end. Such sections nest.
void handlers_block(void);
void handlers_restore(void);
bool handlers_are_blocked(void);

// --- at the start ---

void fault_handlers_install(void);
void signals_inherit(void);  // what the program that executed this one left ignored

// Around a call of execve: the program that is executed has ignored and blocked what the guest believes to be. False if
// that is nothing: then nothing is to be taken back.
bool signals_hand_on(uint64_t* mask);
void signals_take_back(uint64_t mask);

// In a child of fork: what waits for a thread's mask is the parent's.
void sigmask_forked(void);

// In a child with CLONE_CLEAR_SIGHAND, while signals are blocked: what is not ignored has its default action.
void signals_reset(void);
