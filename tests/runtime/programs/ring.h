// SPDX-License-Identifier: BSL-1.0
//
// For programs that use a ring: one of eight entries, which is open from open_ring on.
#pragma once

#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_mmap) i64 sys_mmap(address at, address length, int prot, int flags, int fd, i64 offset);
WALI(SYS_io_uring_setup) i64 sys_io_uring_setup(u32 entries, void* parameters);
WALI(SYS_io_uring_enter)
i64 sys_io_uring_enter(int fd, u32 submit, u32 complete, u32 flags, const void* argument, address size);

enum { NOP = 0, READV = 1, WRITEV = 2, POLL_ADD = 6, SENDMSG = 9, TIMEOUT = 11, CANCEL = 14, READ = 22, WRITE = 23 };
enum { OPENAT = 18, STATX = 21, MADVISE = 25, OPENAT2 = 28, PROVIDE_BUFFERS = 31, GETXATTR = 44 };
enum { GETEVENTS = 1, EXT_ARG = 8, LINK = 4 };

static struct {
    u32 sq_entries, cq_entries, flags, thread_cpu, thread_idle, features, wq_fd, reserved[3];
    struct {
        u32 head, tail, mask, entries, flags, dropped, array, reserved;
        u64 address;
    } sq;
    struct {
        u32 head, tail, mask, entries, overflow, cqes, flags, reserved;
        u64 address;
    } cq;
} layout;

struct entry {
    u8 opcode, flags;
    u16 priority;
    int fd;
    u64 offset, address;
    u32 length, operation_flags;
    u64 user_data, rest[3];
};

struct completion {
    u64 user_data;
    int result;
    u32 flags;
};

static int ring;
static u8* rings;
static struct entry* entries;

static _Atomic u32* at(u32 offset) { return (_Atomic u32*)(rings + offset); }

static void open_ring(void) {
    layout.cq.cqes = 0;
    CHECK_EQUAL(sys_io_uring_setup(8, NULL), -EFAULT);
    CHECK_EQUAL(sys_io_uring_setup(0, &layout), -EINVAL);
    layout.reserved[1] = 1;
    CHECK_EQUAL(sys_io_uring_setup(8, &layout), -EINVAL);
    layout.reserved[1] = 0;
    ring = (int)sys_io_uring_setup(7, &layout);
    CHECK(ring >= 0);
    CHECK_EQUAL(layout.sq_entries, 8);
    CHECK_EQUAL(layout.cq_entries, 16);
    CHECK(layout.features & 1 /* IORING_FEAT_SINGLE_MMAP */);
    const u32 size = layout.sq.array + layout.sq_entries * 4;
    rings = (u8*)(address)sys_mmap(0, size, 3, 1, ring, 0);
    entries = (struct entry*)(address)sys_mmap(0, 8 * sizeof *entries, 3, 1, ring, 0x10000000);
    CHECK((i64)(address)rings > 0 && (i64)(address)entries > 0);
    CHECK_EQUAL(*at(layout.sq.entries), 8);
    CHECK_EQUAL(*at(layout.cq.mask), 15);
}

// Adds an entry to the ring; the caller fills it before the next io_uring_enter.
static struct entry* add(u8 opcode, int fd, const void* buffer, u32 length) {
    const u32 tail = *at(layout.sq.tail);
    const u32 slot = tail & 7;
    struct entry* entry = &entries[slot];
    *entry = (struct entry){.opcode = opcode, .fd = fd, .address = (address)buffer, .length = length};
    entry->user_data = tail;
    at(layout.sq.array)[slot] = slot;
    *at(layout.sq.tail) = tail + 1;
    return entry;
}

static i64 enter(u32 submit, u32 complete) {
    return sys_io_uring_enter(ring, submit, complete, complete ? GETEVENTS : 0, NULL, 0);
}

// The next completion; a result of -1000 says that there is none.
static struct completion next(void) {
    const u32 head = *at(layout.cq.head);
    if (head == *at(layout.cq.tail)) return (struct completion){0, -1000, 0};
    const struct completion* list = (const struct completion*)(rings + layout.cq.cqes);
    const struct completion completion = list[head & 15];
    *at(layout.cq.head) = head + 1;
    return completion;
}

// Submits what was added last and returns its result.
static int complete(void) {
    CHECK_EQUAL(enter(1, 1), 1);
    return next().result;
}
