// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

// A few descriptors are the host's own. Their numbers are chosen once, before there is a second thread, and never
// change their owner again; for the guest's close, dup2, dup3 and close_range they are not open. What lies there is
// safe from other threads between a look at it and its use.

// Takes the numbers, and hold of /proc as it is now. Only a program with one thread may call it for the first time.
// False if there are no free numbers, or in a handler of the guest's, which interrupts what may use one.
bool descriptors_reserve(void);

// Whether a thread may be started. With `reopen` in mind, for the first one: /proc must be what it says.
bool descriptors_ready(void);

// Whether descriptors_reopen can work: there is a procfs at /proc.
bool descriptors_can_reopen(void);

// Duplicates a descriptor of O_PATH to one of the host's numbers; the number, or -EMFILE if none is free. A descriptor
// of another kind would lose the process its record locks when it is closed there.
uint64_t descriptors_hold(const void* owner, uint64_t fd);

// Opens what is held once more, as a new descriptor of the guest's.
uint64_t descriptors_reopen(uint64_t held, uint64_t flags);

// Gives back all that is held for one owner; and all but what `stays` says.
void descriptors_release(const void* owner);
void descriptors_release_others(bool (*stays)(const void* owner));
