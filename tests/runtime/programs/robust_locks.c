// SPDX-License-Identifier: BSL-1.0
// Robust locks of a process that ends or is killed. The same source runs natively, where it must pass, too.
#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_mmap) i64 sys_mmap(address at, address length, int prot, int flags, int fd, i64 offset);
WALI(SYS_futex) i64 sys_futex(u32* word, int operation, u32 value, address timeout, u32* other, u32 compare);
WALI(SYS_sched_yield) i64 sys_sched_yield(void);
WALI(SYS_set_robust_list) i64 sys_set_robust_list(void* head, address size);
WALI(SYS_prctl) i64 sys_prctl(int option, u64 a, u64 b, u64 c, u64 d);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_getpid) i64 sys_getpid(void);
WALI(SYS_kill) i64 sys_kill(int pid, int signal);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);

#define WAITERS 0x80000000u
#define DIED 0x40000000u

struct lock {
    _Alignas(8) struct lock* next;  // as mutexes lie
    u32 word, unused;
};

struct head {
    struct lock* first;
    i64 offset;
    struct lock* pending;
};

static struct shared {
    struct head head;
    struct lock locks[4];
}* shared;

static int in_child(void (*body)(void)) {
    const i64 child = sys_fork();
    if (child != 0) return (int)child;
    failures = 0;
    body();
    sys_exit_group(failures ? 1 : 0);
    return 0;
}

static void expect_success(int child) {
    int status = -1;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 0);
}

// The list of `count` locks, which are then the caller's.
static void own(int count) {
    struct lock* locks = shared->locks;
    for (int i = 0; i < count; ++i) {
        locks[i].next = i + 1 < count ? &locks[i + 1] : (struct lock*)&shared->head;
        locks[i].word = (u32)sys_gettid();
    }
    struct lock* first = count > 0 ? locks : (struct lock*)&shared->head;
    shared->head = (struct head){first, (i64)((u8*)&locks->word - (u8*)locks), NULL};
    CHECK_EQUAL(sys_set_robust_list(&shared->head, sizeof shared->head), 0);
}

// --- which are marked ---

static void end_with_locks_of_others(void) {
    own(3);
    shared->locks[1].word = 1;
}

static void end_with_a_ring(void) {
    own(3);
    shared->locks[2].next = &shared->locks[1];
}

// The lowest bit says that it has priority inheritance.
static void end_with_inheritance(void) {
    own(2);
    shared->locks[0].next = (struct lock*)((address)shared->locks[0].next | 1);
}

static void end_with_a_misaligned_one(void) {
    own(1);
    shared->locks[0].unused = 0;
    shared->locks[0].word <<= 8;
    shared->head.offset += 1;
}

static void marking(void) {
    expect_success(in_child(end_with_locks_of_others));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    CHECK_EQUAL(shared->locks[1].word, 1);
    CHECK_EQUAL(shared->locks[2].word, DIED);
    expect_success(in_child(end_with_a_ring));
    CHECK_EQUAL(shared->locks[2].word, DIED);
    expect_success(in_child(end_with_inheritance));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    CHECK_EQUAL(shared->locks[1].word, DIED);
    const int child = in_child(end_with_a_misaligned_one);
    expect_success(child);
    CHECK_EQUAL(shared->locks[0].word, (u32)child << 8);
}

// --- who is woken ---

static const i64 minute[2] = {60, 0};
static u32 awaited;

static void wait_for_lock(void) {
    const i64 result = sys_futex(&shared->locks[0].word, 0 /* FUTEX_WAIT */, awaited, (address)minute, NULL, 0);
    CHECK_EQUAL(result, 0);
}

// Until somebody sleeps there.
static void await_waiter(void) {
    u32* word = &shared->locks[0].word;
    while (sys_futex(word, 3 /* FUTEX_REQUEUE */, 0, 1, word, 0) != 1) sys_sched_yield();
}

static void end_with_a_waiter(void) {
    own(1);
    const u32 held = shared->locks[0].word | WAITERS;
    shared->locks[0].word = held;
    awaited = held;
    const int waiter = in_child(wait_for_lock);
    shared->locks[1].word = (u32)waiter;
    await_waiter();
}

// Given back, but its waiter was not woken yet.
static void end_giving_back(void) {
    own(0);
    shared->locks[0].word = awaited = 0;
    shared->locks[1].word = (u32)in_child(wait_for_lock);
    shared->head.pending = &shared->locks[0];
    await_waiter();
}

static void waking(void) {
    // The waiters become ours when their parent ends.
    CHECK_EQUAL(sys_prctl(36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0), 0);
    expect_success(in_child(end_with_a_waiter));
    expect_success((int)shared->locks[1].word);
    CHECK_EQUAL(shared->locks[0].word, WAITERS | DIED);
    expect_success(in_child(end_giving_back));
    expect_success((int)shared->locks[1].word);
    CHECK_EQUAL(shared->locks[0].word, 0);
}

// --- killed: the kernel knows what the list was when it was told last ---

static void end_killed(void) { sys_kill((int)sys_getpid(), 9); }

static void expect_killed(int child) {
    int status = -1;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 9);
}

static void tell(void) { CHECK_EQUAL(sys_set_robust_list(&shared->head, sizeof shared->head), 0); }

static void killed_with_locks_of_others(void) {
    end_with_locks_of_others();
    end_killed();
}

static void killed_with_a_ring(void) {
    end_with_a_ring();
    tell();
    end_killed();
}

static void killed_with_inheritance(void) {
    end_with_inheritance();
    tell();
    end_killed();
}

static void killed_with_a_pending_one(void) {
    own(2);
    shared->head.first = &shared->locks[1];
    shared->head.pending = &shared->locks[0];
    tell();
    end_killed();
}

static void killed_after_giving_back(void) {
    own(2);
    shared->head.first = (struct lock*)&shared->head;
    tell();
    end_killed();
}

static void killed_without_a_list(void) {
    own(2);
    CHECK_EQUAL(sys_set_robust_list(NULL, sizeof shared->head), 0);
    end_killed();
}

// Fork leaves the list with the parent.
static void killed_with_the_list_of_its_parent(void) {
    own(2);
    expect_killed(in_child(end_killed));
    CHECK((shared->locks[0].word & DIED) == 0);
    end_killed();
}

// Whatever the list holds, nothing but a word that names the thread is changed, and the process ends as it should.
static void killed_with_nonsense(void) {
    static const u32 pointers[] = {1, 2, 4, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
    for (u32 i = 0; i < sizeof pointers / sizeof *pointers; ++i) {
        own(3);
        shared->locks[1].next = (struct lock*)(address)pointers[i];
        shared->head.pending = (struct lock*)(address)pointers[i];
        tell();
        shared->head.first = (struct lock*)(address)pointers[i];
        tell();
        shared->head.offset = (i64)((u64)pointers[i] << 32 | pointers[i]);
        tell();
    }
    own(3);
    shared->locks[1].next = (struct lock*)(address)0xffffff00;
    tell();
    end_killed();
}

static void killing(void) {
    expect_killed(in_child(killed_with_locks_of_others));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    CHECK_EQUAL(shared->locks[1].word, 1);
    CHECK_EQUAL(shared->locks[2].word, DIED);
    expect_killed(in_child(killed_with_a_ring));
    CHECK_EQUAL(shared->locks[2].word, DIED);
    expect_killed(in_child(killed_with_inheritance));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    CHECK_EQUAL(shared->locks[1].word, DIED);
    expect_killed(in_child(killed_with_a_pending_one));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    CHECK_EQUAL(shared->locks[1].word, DIED);
    for (int i = 0; i < 2; ++i) {
        const int child = in_child(i == 0 ? killed_after_giving_back : killed_without_a_list);
        expect_killed(child);
        CHECK_EQUAL(shared->locks[0].word, child);
    }
    expect_killed(in_child(killed_with_the_list_of_its_parent));
    CHECK_EQUAL(shared->locks[0].word, DIED);
    expect_killed(in_child(killed_with_nonsense));
    CHECK_EQUAL(shared->locks[1].word, DIED);
}

void test(void) {
    shared = (struct shared*)(address)sys_mmap(0, 4096, 3, 0x21 /* shared, anonymous */, -1, 0);
    marking();
    waking();
    killing();
}
