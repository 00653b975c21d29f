// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

uint32_t process_generation(void);  // how many forks it is away from the start
void thread_forked(void);           // in the child of fork
void robust_list_end(void);         // of the calling thread, whose end begins
void thread_ends(void);             // the calling one: for the guest it is as good as gone

// Waits until those threads have left the process that have ended for the guest, for a bounded time. Whether
// there were any.
bool threads_leave(void);

// How often is asked again after that: others may end meanwhile.
#define LEAVE_ATTEMPTS 16

// The words that futex_waitv(2) waits for, `count` of them. 0 or -EFAULT.
struct futex_waitv;
int64_t futex_waiters_read(struct futex_waitv* native, uint32_t address, uint32_t count);
