// SPDX-License-Identifier: BSL-1.0
//
// seccomp: the guest's filters over its own calls. Kernel filters would see the host's calls, so the host keeps the
// list of each thread and asks it at every import of a system call (WALI_FILTER in wali_host.h).
#pragma once

#include "signals/signals.h"

struct filter;  // the latest one; it knows those before it

// Threads are known from before they run until they end, so that a filter for all of them reaches each.
struct filter_thread {
    const struct filter* _Atomic filter;  // NULL: none
    uint32_t tid;
    struct filter_thread* next;
};

// Signals are blocked. The new thread has what the caller has; in it the second call follows, at its end the third.
// NULL is the calling one.
void filter_thread_begin(struct filter_thread* thread);
void filter_thread_run(struct filter_thread* thread, uint32_t tid);
void filter_thread_end(struct filter_thread* thread);
void filters_forked(void);  // in the child of fork: the caller is alone

// seccomp(2) SECCOMP_SET_MODE_FILTER and prctl(2); and whether the calling thread has a filter.
uint64_t filter_install(uint32_t flags, uint64_t program);
bool filters_any(void);

// --- programs that are executed ---

#define FILTER_VARIABLES 6

// The filters of the calling thread as variables of the environment, for the host of a module.
struct filter_variables {
    uint64_t bytes;
    uint64_t at;  // the memory that they lie in; 0 if there are none
    uint32_t count;
    uint64_t text[FILTER_VARIABLES];
};

int64_t filter_variables_make(struct filter_variables* variables);  // 0 or -ENOMEM
void filter_variables_free(const struct filter_variables* variables);

// At the start: installs what the environment begins with. The rest is the guest's.
char** filters_take(char** environment);

// For a native program: the kernel's filters from now on. Without a way back: what follows is execve or the end. An
// error says that none was installed.
uint64_t filters_give_to_kernel(void);
_Noreturn void filters_end(void);
