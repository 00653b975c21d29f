// SPDX-License-Identifier: BSL-1.0
//
// For fuzz.c: a ring of io_uring whose entries, indices and heads are random.
#pragma once

#include "fuzz.h"

WALI(SYS_io_uring_setup) i64 sys_io_uring_setup(u32 entries, void* parameters);
WALI(SYS_io_uring_enter) i64 sys_io_uring_enter(int fd, u32 submit, u32 complete, u32 flags, const void* set, u32 size);

#define RING_ENTRIES 8
#define MADVISE 25  // of any range that the entry names

static struct {
    int fd;
    u32 parameters[30];
    u32 rings;    // address
    u32 entries;  // address
} ring;

enum { SQ_TAIL = 11, SQ_ARRAY = 16, CQ_HEAD = 20, CQ_TAIL = 21 };  // words of the parameters

static u32* ring_word(int parameter) { return (u32*)(ring.rings + ring.parameters[parameter]); }

static void ring_make(void) {
    for (u32 i = 0; i < 30; ++i) ring.parameters[i] = 0;
    ring.fd = (int)sys_io_uring_setup(RING_ENTRIES, ring.parameters);
    if (ring.fd < 0) return;  // not on every machine
    ring.rings = (u32)sys_mmap(0, 4096, 3, 1, ring.fd, 0);
    ring.entries = (u32)sys_mmap(0, 4096, 3, 1, ring.fd, 0x10000000);
    CHECK(ring.rings % 4096 == 0 && ring.entries % 4096 == 0);
}

// One of the kernel's structures; addresses have 64 bits, of which the guest's have 32.
static void ring_entry(u32* to) {
    for (u32 i = 0; i < 16; ++i) to[i] = word();
    if (below(8)) to[3] = to[5] = 0;
    const u32 opcode = below(8) == 0 ? below(256) : below(58);
    to[0] = opcode == MADVISE ? 0 : opcode | (below(8) == 0 ? below(256) << 8 : 0);
    to[1] = descriptor();
}

static void ring_call(void) {
    if (ring.fd < 0) return;
    const u32 count = 1 + below(4);
    for (u32 i = 0; i < count; ++i) {
        const u32 slot = below(RING_ENTRIES);
        ring_entry((u32*)(ring.entries + slot * 64));
        ring_word(SQ_ARRAY)[(*ring_word(SQ_TAIL) + i) % RING_ENTRIES] = below(16) == 0 ? word() : slot;
    }
    *ring_word(SQ_TAIL) += count;
    sys_io_uring_enter(ring.fd, count, 0, 1 /* GETEVENTS */, NULL, 8);
    *ring_word(CQ_HEAD) = below(8) == 0 ? word() : *ring_word(CQ_TAIL);
    if (below(32) == 0) *ring_word(SQ_TAIL) = word();
}
