// SPDX-License-Identifier: BSL-1.0
// Handlers and children that change a ring while the host is at work on it: an end in order, no access beyond the ring.
#include "ring.h"
#include "signals.h"

WALI(SYS_timer_create) i64 sys_timer_create(int clock, void* event, void* timer);
WALI(SYS_timer_settime) i64 sys_timer_settime(int timer, int flags, const void* value, void* old);
WALI(SYS_munmap) i64 sys_munmap(address at, address length);

enum { ROUNDS = 300, ENTRIES = 4096 };

static int timer = -1;

static void make_timer(int signal) {
    const u32 event[16] = {0, (u32)signal};
    CHECK_EQUAL(sys_timer_create(1 /* CLOCK_MONOTONIC */, (void*)event, &timer), 0);
}

static void start_timer(u64 nanoseconds) {
    const u64 value[4] = {0, 0, 0, nanoseconds};
    CHECK_EQUAL(sys_timer_settime(timer, 0, value, NULL), 0);
}

static i64 set_up(u32 size) {
    u32 parameters[30] = {0};
    return sys_io_uring_setup(size, parameters);
}

// --- a signal while entries are copied: a sent SIGSEGV, which no mask of the kernel holds back, and another ---

static volatile bool inside;
static volatile u32 replaced;

static void replace_ring(int signal) {
    (void)signal;
    if (!inside) return;
    inside = false;
    sys_close(ring);
    CHECK_EQUAL(set_up(1), ring);
    ++replaced;
}

static void fill(void) {
    *at(layout.sq.tail) = ENTRIES;
    for (u32 i = 0; i < ENTRIES; ++i) {
        u64* words = (u64*)&entries[i];
        for (u32 k = 1; k < 8; ++k) words[k] = 0x4141414141414141;
        entries[i].opcode = NOP;
        at(layout.sq.array)[i] = i;
    }
}

static u32 rings_size(void) { return layout.sq.array + layout.sq_entries * 4; }

static void open_large_ring(void) {
    for (u32 i = 0; i < sizeof layout / 4; ++i) ((u32*)&layout)[i] = 0;
    ring = (int)sys_io_uring_setup(ENTRIES, &layout);
    CHECK(ring >= 0);
    rings = (u8*)(address)sys_mmap(0, rings_size(), 3, 1, ring, 0);
    entries = (struct entry*)(address)sys_mmap(0, ENTRIES * sizeof *entries, 3, 1, ring, 0x10000000);
}

static void while_entries_are_copied(int signal) {
    CHECK_EQUAL(install(signal, (u32)replace_ring, NODEFER), 0);
    make_timer(signal);
    replaced = 0;
    for (u32 round = 0; round < ROUNDS && !failures; ++round) {
        open_large_ring();
        fill();
        inside = true;
        start_timer(3000 + round * 7919 % 250000);
        enter(ENTRIES, 0);
        inside = false;
        CHECK_EQUAL(sys_munmap((address)rings, rings_size()), 0);
        CHECK_EQUAL(sys_munmap((address)entries, ENTRIES * sizeof *entries), 0);
        sys_close(ring);
    }
    CHECK(replaced > 0);
}

// --- a handler that closes the ring that is waited for ---

static int first, waited;

static void close_rings(int signal) {
    (void)signal;
    sys_close(first);
    sys_close(waited);
    CHECK(set_up(8) >= 0);
}

static void while_it_waits(void) {
    first = (int)set_up(8);
    waited = (int)set_up(8);
    CHECK(first >= 0 && waited >= 0);
    CHECK_EQUAL(install(ALRM, (u32)close_rings, 0), 0);
    make_timer(ALRM);
    start_timer(10000000);
    CHECK_EQUAL(sys_io_uring_enter(waited, 0, 1, GETEVENTS, NULL, 0), -EINTR);
}

// --- a child has the descriptor of its parent's ring, and no way to its entries ---

static void child_of_ring(void) {
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(enter(1, 1), -EOPNOTSUPP);
    CHECK_EQUAL(sys_mmap(0, 4096, 3, 1, ring, 0x10000000), -EACCES);
    layout.flags = 0;
    open_ring();
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(complete(), 0);
}

static void across_fork(void) {
    layout.flags = 0;
    open_ring();
    CHECK_EQUAL(status_of(child_of_ring), 0);
    *at(layout.sq.tail) = *at(layout.sq.head);  // whose memory is shared
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(complete(), 0);
}

void test(void) {
    across_fork();
    while_it_waits();
    while_entries_are_copied(SEGV);
    while_entries_are_copied(USR1);
}
