// SPDX-License-Identifier: BSL-1.0
#include "observer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#include "lines.h"
#include "memory/memory.h"
#include "notation.h"
#include "wali_ticks.h"

_Thread_local uint64_t wali_kernel_ticks;

static struct observed_region* region;  // NULL: nobody observes
static const char* variable;
// Copies: the region's may change.
static bool traces;
static bool counts;
static uint64_t traced[sizeof region->traced / sizeof *region->traced];

static _Thread_local struct observed_counts* shard;

// --- start ---

static struct observed_region* attach(int id) {
    struct shmid_ds status;
    if (failed(wali_syscall3(NR_shmctl, (uint64_t)id, IPC_STAT, (uint64_t)&status))) return NULL;
    if (status.shm_segsz < sizeof *region) return NULL;
    const uint64_t address = wali_syscall3(NR_shmat, (uint64_t)id, 0, 0);
    if (failed(address)) return NULL;
    struct observed_region* found = (struct observed_region*)address;
    if (found->magic == OBSERVED_MAGIC) return found;
    wali_syscall1(NR_shmdt, address);
    return NULL;
}

char** observer_start(char** environment) {
    const size_t length = sizeof OBSERVED_VARIABLE "=" - 1;
    if (!environment[0] || strncmp(environment[0], OBSERVED_VARIABLE "=", length) != 0) return environment;
    region = attach(atoi(environment[0] + length));
    if (!region) return environment + 1;
    variable = environment[0];
    traces = region->traces;
    counts = region->counts;
    memcpy(traced, region->traced, sizeof traced);
    __atomic_fetch_add(&region->attached, 1, __ATOMIC_RELAXED);
    if (traces) {
        lines_use(region);
        line_executed();
    }
    return environment + 1;
}

const char* observer_variable(void) { return variable; }

// --- calls ---

static void add(uint64_t* sum, uint64_t number) { __atomic_fetch_add(sum, number, __ATOMIC_RELAXED); }

static struct observed_counts* counts_of(uint32_t call) {
    if (!shard) shard = region->shard[__atomic_fetch_add(&region->shards, 1, __ATOMIC_RELAXED) % OBSERVED_SHARDS];
    return &shard[call];
}

static bool is_traced(const struct wali_call* call) { return traces && observed_is_traced(traced, call->number); }

static bool is_last(uint32_t call) { return call == OBSERVED_exit || call == OBSERVED_exit_group; }

void wali_call_begin(struct wali_call* call) {
    if (counts) add(&counts_of(call->number)->begun, 1);
    if (is_traced(call)) {
        if (is_last(call->number))
            line_last(call);
        else
            line_begin(call);
    }
    call->kernel = wali_kernel_ticks;
    call->begun = wali_ticks();
}

// A child begins with the return of a call that its parent has made, and ends.
static bool is_the_parents(uint32_t call, uint64_t result) {
    return result == 0 &&
           (call == OBSERVED_fork || call == OBSERVED_vfork || call == OBSERVED_clone || call == OBSERVED_clone3);
}

uint64_t wali_call_end(struct wali_call* call, uint64_t result) {
    const uint64_t ticks = wali_ticks() - call->begun;
    const uint64_t kernel = wali_kernel_ticks - call->kernel;
    if (is_the_parents(call->number, result)) return result;
    if (counts) {
        struct observed_counts* sums = counts_of(call->number);
        add(&sums->ticks, ticks);
        add(&sums->buckets[observed_bucket(ticks)], 1);
        if (failed(result)) add(&sums->errors, 1);
        if (!call_is_plain(call->number) && ticks > kernel) add(&sums->host_ticks, ticks - kernel);
    }
    if (is_traced(call)) line_end(call, result, ticks);
    return result;
}
