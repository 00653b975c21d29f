// SPDX-License-Identifier: BSL-1.0
//
// How a signal comes to the guest's handler.
#pragma once

#include "signals.h"

// Runs what the guest asked for when `signal` arrives. All `info` here is in the kernel's form. `mask` is what the
// guest has blocked; its handler may change what that shall be afterwards. Then all of the host's signals are held, and
// the caller releases them.
void signal_deliver(int signal, const union siginfo* info, uint64_t* mask);

// One of the host's signals that somebody sent; and one that stands for a fault of the guest: false if the guest does
// not handle it, so that it is a trap. Where the native stack is exhausted, a handler needs the alternate stack.
void signal_sent(int signal, const union siginfo* info);
uint64_t signal_waited(int signal, const union siginfo* info, uint64_t held);  // returns what shall be held then
bool signal_fault(int signal, const union siginfo* info, bool stack_exhausted);

bool signal_is_ignored(uint32_t signal);

// The guest's stack in memory has no room for what a handler is given: that is a fault, and the handler does not run.
void fault_no_room(void);

void sigmask_release(uint64_t held);  // only these are held; what waited for another one is delivered
bool sigmask_holds(int signal);
bool sigmask_defer(int signal, const union siginfo* info);  // true if it is held: it waits now

// One of the other signals, in a section without handlers: true if it comes again at the end of that. `mask` is the
// kernel's mask before it, and becomes that of the rest of the section.
bool sigmask_postpone(int signal, const union siginfo* info, uint64_t* mask);
