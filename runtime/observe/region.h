// SPDX-License-Identifier: BSL-1.0
//
// The memory that a program under walirun --trace or --stats shares with that walirun: a System V segment, whose number
// is in the environment. So the program has no descriptor that it could close, exchange or read, and its end, however
// it comes, loses nothing. The user's other processes can attach to it as well: nothing in it is trusted.
//
// Everything that changes is read and written by __atomic functions, from C and C++. Zeros are the start.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "variable.h"
#include "wali_observed.h"

#define OBSERVED_MAGIC 0x31425357414c4957UL

#define OBSERVED_SHARDS 8U
#define OBSERVED_BUCKETS 368U
#define OBSERVED_LINES 4096U
#define OBSERVED_THREADS 256U
#define OBSERVED_TEXT 1008U

// Of one call. Threads share few of these, so that they seldom wait for each other's processor.
struct observed_counts {
    uint64_t begun;
    uint64_t errors;
    uint64_t ticks;
    uint64_t host_ticks;                 // of these, not in the kernel
    uint64_t buckets[OBSERVED_BUCKETS];  // ended calls by their ticks: eight buckets per power of two
};

static inline uint32_t observed_bucket(uint64_t ticks) {
    if (ticks < 8) return (uint32_t)ticks;
    const uint32_t exponent = 63 - (uint32_t)__builtin_clzll(ticks);
    const uint32_t bucket = (exponent - 2) * 8 + (uint32_t)(ticks >> (exponent - 3) & 7);
    return bucket < OBSERVED_BUCKETS ? bucket : OBSERVED_BUCKETS - 1;
}

// The middle of a bucket.
static inline uint64_t observed_bucket_ticks(uint32_t bucket) {
    if (bucket < 8) return bucket;
    const uint32_t exponent = bucket / 8 + 2;
    return ((8 + (uint64_t)(bucket & 7)) << (exponent - 3)) + ((uint64_t)1 << (exponent - 3)) / 2;
}

// A place of the queue of lines. `turn` is a multiple of OBSERVED_LINES: that of the line that may be written here; one
// more: it is there. walirun adds the rest when it has taken the line, or when who should write it has ended.
struct observed_line {
    uint64_t turn;
    uint32_t length;
    char text[OBSERVED_TEXT];
};

// The call that a thread is in, for the case that it lasts or never ends. `state` is a number of the call, times four,
// and one of these.
enum {
    OBSERVED_WRITING = 0,  // or no call
    OBSERVED_RUNNING = 1,
    OBSERVED_SHOWN = 2,  // as unfinished
    OBSERVED_STATES = 4,
};

struct observed_thread {
    uint32_t tid;  // 0: free
    uint32_t state;
    uint32_t length;
    char text[OBSERVED_TEXT];
};

struct observed_region {
    uint64_t magic;
    uint64_t nanoseconds;  // per tick, times 2^32
    uint32_t observer;     // the process that reads
    uint32_t closed;       // it reads no more
    uint32_t attached;     // how many programs have come
    uint32_t shards;       // how many threads have taken one
    bool traces;
    bool counts;
    uint64_t traced[(OBSERVED_CALLS + 63) / 64];
    uint64_t head __attribute__((aligned(64)));  // the number of the next line
    struct observed_thread threads[OBSERVED_THREADS] __attribute__((aligned(64)));
    struct observed_line lines[OBSERVED_LINES];
    struct observed_counts shard[OBSERVED_SHARDS][OBSERVED_CALLS];
};

static inline bool observed_is_traced(const uint64_t* traced, uint32_t call) {
    return traced[call / 64] >> (call % 64) & 1;
}
