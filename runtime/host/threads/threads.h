// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool threads_started(void);         // since the process began
void threads_exclude(void);         // from now on none is started
uint32_t process_generation(void);  // how many forks it is away from the start
void thread_forked(void);           // in the child of fork
void robust_list_end(void);         // of the calling thread, whose end begins
