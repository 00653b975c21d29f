// SPDX-License-Identifier: BSL-1.0
// What would lead the kernel out of the program's memory by way of a ring: addresses at its end and beyond, entries and
// buffers that another thread changes while they are taken, descriptors that lead to another ring meanwhile.
#include "ring.h"
#include "signals.h"
#include "threads.h"

WALI(SYS_munmap) i64 sys_munmap(address at, address length);
WALI(SYS_dup3) i64 sys_dup3(int old, int new, int flags);
WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_io_uring_register) i64 sys_io_uring_register(int fd, u32 opcode, void* argument, u32 count);

enum {
    RECVMSG = 10,
    RECV = 27,
    FUTEX_WAITV = 53,
    BUFFER_SELECT = 32,
    REGISTER_PBUF_RING = 22,
    EAGAIN = 11,
    ROUNDS = 20000
};

struct iovec {
    void* base;
    address length;
};

static int zero;  // a descriptor of /dev/zero

// As the kernel would find it if the host passed this number untranslated: then it is no longer what it was.
#define MEMORY_BASE 0x40000000ull
static volatile u64 canary;
#define CANARY 0x5a5a5a5a5a5a5a5aull

static u64 host_address_of_canary(void) { return MEMORY_BASE + (u64)(address)&canary; }

static void check_canary(void) { CHECK_EQUAL(canary, CANARY); }

static u8* end_of_memory(void) { return (u8*)(address)(__builtin_wasm_memory_size(0) * 65536); }

static int result_of(u8 operation, int fd, u64 at, u32 length) {
    add(operation, fd, NULL, length)->address = at;
    return complete();
}

static void at_the_end(void) {
    u8* const end = end_of_memory();
    const u64 at = (address)end;
    struct iovec vector[2] = {{end - 4, 4}, {end - 4, 1024}};
    int pair[2];
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    CHECK_EQUAL(result_of(READ, zero, at - 8, 8), 8);
    CHECK(result_of(READ, zero, at - 8, 4096) <= 8);
    CHECK_EQUAL(result_of(READ, zero, at, 1), -EFAULT);
    CHECK_EQUAL(result_of(READ, zero, 0xffffffff, 0xffffffff), -EFAULT);
    CHECK_EQUAL(result_of(READ, zero, host_address_of_canary(), 8), -EFAULT);
    CHECK_EQUAL(result_of(READ, zero, (u64)1 << 32, 8), -EFAULT);
    CHECK(result_of(READV, zero, (address)vector, 2) <= 8);
    CHECK_EQUAL(result_of(READV, zero, at - 4, 1), -EFAULT);
    CHECK_EQUAL(result_of(READV, zero, at - 8, 2), -EFAULT);
    CHECK_EQUAL(result_of(RECVMSG, pair[0], at - 4, 1), -EFAULT);
    CHECK_EQUAL(result_of(SENDMSG, pair[0], at - 4, 1), -EFAULT);
    CHECK_EQUAL(result_of(FUTEX_WAITV, 0, at - 8, 2), -EFAULT);
    CHECK_EQUAL(result_of(FUTEX_WAITV, 0, 0, 0xffffffff), -EINVAL);
    for (u32 i = 1; i <= 8; ++i) end[-(int)i] = 'x';
    CHECK_EQUAL(result_of(OPENAT, -100, at - 8, 0), -EFAULT);
    CHECK_EQUAL(sys_close(pair[0]) | sys_close(pair[1]), 0);
    check_canary();
}

// --- flags by which an address is that of something else ---

static void where_a_flag_says_more(void) {
    enum { SEND = 26, SEND_ZC = 47, VECTORIZED = 1 << 5, DONTWAIT = 64 };
    struct {
        u64 base, length;
    } native = {host_address_of_canary(), sizeof canary};  // as the kernel's own vectors
    int pair[2];
    char bytes[16];
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    for (u32 flag = VECTORIZED; flag <= 1U << 15; flag <<= 1)
        for (u32 i = 0; i < 2; ++i) {
            add(i == 0 ? SEND : SEND_ZC, pair[0], &native, 1)->priority = (u16)flag;
            CHECK_EQUAL(complete(), -EINVAL);
        }
    add(RECV, pair[1], bytes, sizeof bytes)->operation_flags = DONTWAIT;
    CHECK_EQUAL(complete(), -EAGAIN);
    CHECK_EQUAL(sys_close(pair[0]) | sys_close(pair[1]), 0);
}

// --- an entry that changes while it is taken: a read, and one whose address is any number ---

static volatile bool over;
static u8 target[8];

static void change_entry(u32 unused) {
    volatile struct entry* entry = entries;
    (void)unused;
    while (!over) {
        entry->opcode = READ;
        entry->address = (address)target;
        entry->opcode = CANCEL;
        entry->address = host_address_of_canary();
    }
}

static void while_an_entry_changes(void) {
    over = false;
    CHECK(thread_start(0, change_entry, 0) > 0);
    entries[0].fd = zero;
    entries[0].length = sizeof target;
    for (u32 round = 0; round < ROUNDS; ++round) {
        at(layout.sq.array)[*at(layout.sq.tail) & 7] = 0;
        ++*at(layout.sq.tail);
        enter(1, 0);
        while (next().result != -1000) continue;
    }
    over = true;
    thread_join(0);
    check_canary();
}

// --- buffers that are not in memory, and some that change ---

struct buffer {
    u64 address;
    u32 length;
    u16 number, tail;  // the tail of the ring is in the first
};

static _Alignas(4096) struct buffer buffers[8];

static void change_buffer(u32 unused) {
    volatile struct buffer* changing = buffers;
    (void)unused;
    while (!over) {
        changing[1].address = (address)target;
        changing[1].address = host_address_of_canary();
        changing[1].address = 0xffffffffffff0000;
        changing[0].tail += 3;
    }
}

static int receive(int pair[2], u64 at) {
    const u16 tail = buffers[0].tail;
    buffers[tail & 7].address = at;
    buffers[tail & 7].length = 8;
    *(volatile u16*)&buffers[0].tail = tail + 1;
    CHECK_EQUAL(sys_write(pair[1], "abcdefgh", 8), 8);
    add(RECV, pair[0], NULL, 0)->flags = BUFFER_SELECT;
    return complete();
}

static void buffers_outside(void) {
    struct {
        u64 address;
        u32 entries;
        u16 group, flags;
        u64 rest[3];
    } registration = {(address)end_of_memory() - 4096, 4096, 0, 0, {0}};
    int pair[2];
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    CHECK_EQUAL(sys_io_uring_register(ring, REGISTER_PBUF_RING, &registration, 1), -EFAULT);
    registration.address = (u64)1 << 32;
    CHECK_EQUAL(sys_io_uring_register(ring, REGISTER_PBUF_RING, &registration, 1), -EFAULT);
    registration.address = (address)buffers;
    registration.entries = 3;
    CHECK_EQUAL(sys_io_uring_register(ring, REGISTER_PBUF_RING, &registration, 1), -EINVAL);
    registration.entries = 8;
    CHECK_EQUAL(sys_io_uring_register(ring, REGISTER_PBUF_RING, &registration, 1), 0);
    CHECK_EQUAL(receive(pair, (address)target), 8);
    CHECK_EQUAL(receive(pair, host_address_of_canary()), -EFAULT);
    CHECK_EQUAL(receive(pair, 0xffffffff), -EFAULT);
    CHECK_EQUAL(receive(pair, (u64)1 << 40), -EFAULT);
    over = false;
    CHECK(thread_start(0, change_buffer, 0) > 0);
    for (u32 round = 0; round < ROUNDS / 10; ++round) {
        struct entry* entry = add(RECV, pair[0], NULL, 0);
        entry->flags = BUFFER_SELECT;
        entry->operation_flags = 0x40 /* MSG_DONTWAIT */;
        if (complete() == -EAGAIN) CHECK_EQUAL(sys_write(pair[1], "abcdefgh", 8), 8);
    }
    over = true;
    thread_join(0);
    CHECK_EQUAL(sys_close(pair[0]) | sys_close(pair[1]), 0);
    check_canary();
}

// --- the number of a ring that leads to another one meanwhile ---

static int other_ring, spare;

static void exchange(u32 unused) {
    (void)unused;
    while (!over) {
        sys_dup3(other_ring, ring, 0);
        sys_dup3(spare, ring, 0);
    }
}

// Each entry may be executed by whoever enters, and each is safe.
static void submit_vectors(u32 count) {
    static const struct iovec vector[2] = {{target, 4}, {target + 4, 4}};
    for (u32 round = 0; round < count; ++round) {
        add(READV, zero, vector, 2);
        enter(1, 0);
        while (next().result != -1000) continue;
    }
}

static void while_numbers_change(void) {
    u32 parameters[30] = {0};
    other_ring = (int)sys_io_uring_setup(8, parameters);
    spare = (int)sys_dup3(ring, 900, 0);
    CHECK(other_ring >= 0 && spare == 900);
    over = false;
    CHECK(thread_start(0, exchange, 0) > 0);
    submit_vectors(ROUNDS / 10);
    over = true;
    thread_join(0);
    CHECK_EQUAL(sys_dup3(spare, ring, 0), ring);
    CHECK_EQUAL(sys_close(spare) | sys_close(other_ring), 0);
    // What went to the other ring's number is still to be submitted.
    while (!failures && *at(layout.sq.head) != *at(layout.sq.tail)) CHECK(enter(8, 0) > 0);
    check_canary();
}

// --- a child that has its parent's ring, and puts it in the place of its own ---

static int parents_ring;

static void enter_parents_ring(void) {
    parents_ring = spare;
    layout.flags = 0;
    open_ring();
    over = false;
    other_ring = parents_ring;
    spare = (int)sys_dup3(ring, 901, 0);
    CHECK(thread_start(1, exchange, 0) > 0);
    submit_vectors(ROUNDS / 10);
    over = true;
    thread_join(1);
    check_canary();
}

static void across_fork(void) {
    spare = (int)sys_dup3(ring, 900, 0);
    const int child = (int)sys_fork();
    if (child == 0) {
        enter_parents_ring();
        sys_exit_group(failures != 0);
    }
    submit_vectors(ROUNDS / 10);
    int status;
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 0);
    check_canary();
}

// --- memory that goes away under a ring ---

// Others may still be on their way.
static int wait_for(u64 user_data) {
    for (;;) {
        const struct completion completion = next();
        if (completion.result == -1000)
            enter(0, 1);
        else if (completion.user_data == user_data)
            return completion.result;
    }
}

static void without_memory(void) {
    static struct {
        void* name;
        u32 name_length;
        struct iovec* vector;
        address count;
        u32 pad;
        void* control;
        address control_length;
        u32 pad2;
        int flags;
    }* header;
    int pair[2];
    header = (void*)(address)sys_mmap(0, 4096, 3, 0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */, -1, 0);
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    add(RECVMSG, pair[0], header, 1)->user_data = CANARY;
    CHECK_EQUAL(enter(1, 0), 1);
    CHECK_EQUAL(sys_munmap((address)header, 4096), 0);
    CHECK_EQUAL(sys_write(pair[1], "a", 1), 1);
    CHECK_EQUAL(wait_for(CANARY), 0);
    // The rings themselves.
    const u32 size = layout.sq.array + layout.sq_entries * 4;
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(sys_munmap((address)rings, size), 0);
    CHECK_EQUAL(sys_munmap((address)entries, 8 * sizeof *entries), 0);
    CHECK_EQUAL(enter(1, 0), 1);
    CHECK_EQUAL(sys_close(ring), 0);
    // Those in the program's memory, of which the second half goes away.
    u32 parameters[30] = {[2] = 1u << 14 /* IORING_SETUP_NO_MMAP */};
    const address own = (address)sys_mmap(0, 8192, 3, 0x22, -1, 0);
    ((u64*)parameters)[9] = own + 4096;
    ((u64*)parameters)[14] = own;
    ring = (int)sys_io_uring_setup(8, parameters);
    CHECK(ring >= 0);
    *(u32*)(own + parameters[11]) = 4;
    CHECK_EQUAL(sys_munmap(own + 4096, 4096), 0);
    CHECK_EQUAL(enter(4, 0), 0);
    CHECK_EQUAL(sys_munmap(own, 4096), 0);
    CHECK_EQUAL(enter(4, 0), 0);
    CHECK_EQUAL(sys_close(ring), 0);
    check_canary();
}

void test(void) {
    canary = CANARY;
    zero = (int)sys_open("/dev/zero", 0, 0);
    CHECK(zero >= 0);
    open_ring();
    if (failures) return;
    at_the_end();
    where_a_flag_says_more();
    while_an_entry_changes();
    buffers_outside();
    while_numbers_change();
    across_fork();
    without_memory();
}
