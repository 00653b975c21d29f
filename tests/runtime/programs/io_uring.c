// SPDX-License-Identifier: BSL-1.0
// io_uring through its rings. The same source runs natively, where it must pass, too.
#include "ring.h"

WALI(SYS_munmap) i64 sys_munmap(address at, address length);
WALI(SYS_dup) i64 sys_dup(int fd);
WALI(SYS_pipe2) i64 sys_pipe2(void* fds, int flags);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_io_uring_register) i64 sys_io_uring_register(int fd, u32 opcode, void* argument, u32 count);

#define ETIME 62
#define ECANCELED 125

struct iovec {
    void* base;
    address length;
};

static void around_the_rings(void) {
    for (u32 i = 0; i < 100; ++i) {
        add(NOP, 0, NULL, 0)->user_data = (u64)i << 40 | i;
        CHECK_EQUAL(enter(1, 1), 1);
        CHECK_EQUAL(next().user_data, (u64)i << 40 | i);
        CHECK_EQUAL(next().result, -1000);
    }
    for (int i = 0; i < 8; ++i) add(NOP, 0, NULL, 0);
    CHECK_EQUAL(enter(3, 0), 3);
    CHECK_EQUAL(*at(layout.sq.tail) - *at(layout.sq.head), 5);
    CHECK_EQUAL(enter(100, 8), 5);
    for (int i = 0; i < 8; ++i) CHECK_EQUAL(next().result, 0);
    // An index that does not exist is dropped.
    add(NOP, 0, NULL, 0);
    at(layout.sq.array)[(*at(layout.sq.tail) - 1) & 7] = 1000;
    CHECK_EQUAL(enter(1, 0), 0);
    CHECK_EQUAL(*at(layout.sq.dropped), 1);
    CHECK_EQUAL(*at(layout.sq.tail) - *at(layout.sq.head), 0);
}

// What does not fit waits in the kernel.
static void more_than_fit(void) {
    int count = 0;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 8; ++i) add(NOP, 0, NULL, 0);
        CHECK_EQUAL(enter(8, 0), 8);
    }
    while (next().result == 0) ++count;
    CHECK_EQUAL(count, 16);
    CHECK_EQUAL(sys_io_uring_enter(ring, 0, 0, GETEVENTS, NULL, 0), 0);
    while (next().result == 0) ++count;
    CHECK_EQUAL(count, 24);
}

static void files(void) {
    static char text[16];
    char first[] = "abc";
    char second[] = "defg";
    struct iovec vector[2] = {{first, 3}, {second, 4}};
    const int file = (int)sys_memfd_create("ring", 0);
    add(WRITE, file, "hello", 5);
    CHECK_EQUAL(complete(), 5);
    add(READ, file, text, 16);
    CHECK_EQUAL(complete(), 5);
    CHECK(text[0] == 'h' && text[4] == 'o');
    add(WRITEV, file, vector, 2)->offset = 5;
    CHECK_EQUAL(complete(), 7);
    first[0] = second[3] = 0;
    add(READV, file, vector, 2)->offset = 5;
    CHECK_EQUAL(complete(), 7);
    CHECK(first[0] == 'a' && second[3] == 'g');
    // One after the other.
    add(WRITE, file, "xyz", 3)->flags = LINK;
    add(READ, file, text, 3);
    CHECK_EQUAL(enter(2, 2), 2);
    CHECK_EQUAL(next().result, 3);
    CHECK_EQUAL(next().result, 3);
    CHECK_EQUAL(text[2], 'z');
    add(READ, file, (void*)(address)0xfffff000, 8);
    CHECK_EQUAL(complete(), -EFAULT);
    add(READ, file, NULL, 8)->address = (u64)-1 << 12;
    CHECK_EQUAL(complete(), -EFAULT);
    add(READV, file, (void*)(address)0xfffff000, 1);
    CHECK_EQUAL(complete(), -EFAULT);
    add(READV, file, vector, 2)->address ^= (u64)1 << 40;
    CHECK_EQUAL(complete(), -EFAULT);
    add(READV, file, vector, 1025);
    CHECK_EQUAL(complete(), -EINVAL);
    add(READ, -1, text, 1);
    CHECK_EQUAL(complete(), -EBADF);
    add(250, file, text, 1);
    CHECK_EQUAL(complete(), -EINVAL);
    CHECK_EQUAL(sys_close(file), 0);
}

// Operations with several addresses.
static u64 how[3];  // to open for reading

static void open2(const char* path) { add(OPENAT2, -100, path, sizeof how)->offset = (address)how; }

static void opening(void) {
    char byte;
    add(OPENAT, -100, "/dev/zero", 0);
    int file = complete();
    CHECK_EQUAL(sys_read(file, &byte, 1), 1);
    CHECK_EQUAL(sys_close(file), 0);
    open2("/dev/null");
    file = complete();
    CHECK_EQUAL(sys_read(file, &byte, 1), 0);
    CHECK_EQUAL(sys_close(file), 0);
    open2("");
    CHECK_EQUAL(complete(), -ENOENT);
    add(OPENAT, -100, (const char*)(address)-4096, 0);
    CHECK_EQUAL(complete(), -EFAULT);
}

static void by_path(void) {
    static u16 status[128];
    static char value[8];
    add(STATX, -100, "/dev/null", 0x7ff)->offset = (address)status;
    CHECK_EQUAL(complete(), 0);
    CHECK_EQUAL(status[14] & 0170000, 0020000);  // a device
    struct entry* get = add(GETXATTR, 0, "user.none", sizeof value);
    get->offset = (address)value;
    get->rest[1] = (address) "/dev/null";
    CHECK(complete() != -EFAULT);
}

static void waiting(void) {
    static char text[8];
    i64 moment[2] = {0, 1000000};
    int ends[2];
    CHECK_EQUAL(sys_pipe2(ends, 0), 0);
    // Something that is not finished yet.
    add(READ, ends[0], text, 8);
    CHECK_EQUAL(enter(1, 0), 1);
    CHECK_EQUAL(next().result, -1000);
    CHECK_EQUAL(sys_write(ends[1], "ping", 4), 4);
    CHECK_EQUAL(enter(0, 1), 0);
    CHECK_EQUAL(next().result, 4);
    CHECK_EQUAL(text[3], 'g');
    // Something that never is.
    add(POLL_ADD, ends[0], NULL, 0)->operation_flags = 1;
    const u64 name = *at(layout.sq.tail) - 1;
    CHECK_EQUAL(enter(1, 0), 1);
    add(CANCEL, -1, NULL, 0)->address = name;
    CHECK_EQUAL(enter(1, 2), 1);
    const struct completion one = next();
    const struct completion two = next();
    CHECK_EQUAL(one.user_data == name ? one.result : two.result, -ECANCELED);
    CHECK_EQUAL(one.user_data == name ? two.result : one.result, 0);
    add(TIMEOUT, -1, moment, 1);
    CHECK_EQUAL(complete(), -ETIME);
    // A time limit for the call itself, and a signal mask.
    u64 mask = 0;
    struct {
        u64 mask;
        u32 mask_size, reserved;
        u64 time;
    } limit = {(address)&mask, 8, 0, (address)moment};
    CHECK_EQUAL(sys_io_uring_enter(ring, 0, 1, GETEVENTS | EXT_ARG, &limit, sizeof limit), -ETIME);
    CHECK_EQUAL(sys_io_uring_enter(ring, 0, 1, GETEVENTS | EXT_ARG, &limit, 7), -EINVAL);
    limit.mask_size = 4;
    CHECK_EQUAL(sys_io_uring_enter(ring, 0, 1, GETEVENTS | EXT_ARG, &limit, sizeof limit), -EINVAL);
    CHECK_EQUAL(sys_io_uring_enter(ring, 0, 0, 1u << 31, NULL, 0), -EINVAL);
    CHECK_EQUAL(sys_io_uring_enter(ends[0], 0, 0, 0, NULL, 0), -EOPNOTSUPP);
    CHECK_EQUAL(sys_io_uring_enter(-1, 0, 0, 0, NULL, 0), -EBADF);
    CHECK_EQUAL(sys_close(ends[0]) | sys_close(ends[1]), 0);
}

static void messages(void) {
    char text[8] = "";
    struct iovec vector[2] = {{(void*)"to", 2}, {(void*)"day", 3}};
    struct {
        void* name;
        u32 name_length;
        struct iovec* vector;
        address count;
        void* control;
        address control_length;
        int flags;
    } message = {NULL, 0, vector, 2, NULL, 0, 0};
    int pair[2];
    CHECK_EQUAL(sys_socketpair(1, 1, 0, pair), 0);
    add(SENDMSG, pair[0], &message, 1);
    CHECK_EQUAL(complete(), 5);
    CHECK_EQUAL(sys_read(pair[1], text, 8), 5);
    CHECK_EQUAL(text[4], 'y');
    add(SENDMSG, pair[0], (void*)(address)0xfffff000, 1);
    CHECK_EQUAL(complete(), -EFAULT);
    CHECK_EQUAL(sys_close(pair[0]) | sys_close(pair[1]), 0);
}

static void registering_with_tags(void) {
    static char texts[2][8];
    struct iovec both[2] = {{texts[0], 8}, {texts[1], 8}};
    struct {
        u32 count, flags;
        u64 reserved, data, tags;
    } all = {2, 0, 0, (address)both, 0};
    struct {
        u32 offset, reserved;
        u64 data, tags;
        u32 count, reserved2;
    } some = {1, 0, (address)both, 0, 1, 0};
    CHECK_EQUAL(sys_io_uring_register(ring, 15 /* IORING_REGISTER_BUFFERS2 */, &all, sizeof all), 0);
    CHECK_EQUAL(sys_io_uring_register(ring, 16 /* IORING_REGISTER_BUFFERS_UPDATE */, &some, sizeof some), 1);
    some.data = (address)-8;
    CHECK_EQUAL(sys_io_uring_register(ring, 16, &some, sizeof some), -EFAULT);
    some.offset = 2;
    CHECK_EQUAL(sys_io_uring_register(ring, 16, &some, sizeof some), -EINVAL);
}

static void registering(void) {
    static char text[8];
    int files[2] = {(int)sys_memfd_create("ring", 0), -1};
    struct {
        u32 offset, reserved;
        u64 fds;
    } update = {1, 0, (address)files};
    struct iovec buffer = {text, sizeof text};
    CHECK_EQUAL(sys_io_uring_register(ring, 2 /* IORING_REGISTER_FILES */, files, 2), 0);
    add(WRITE, 0, "fixed", 5)->flags = 1 /* IOSQE_FIXED_FILE */;
    CHECK_EQUAL(complete(), 5);
    CHECK_EQUAL(sys_io_uring_register(ring, 6 /* IORING_REGISTER_FILES_UPDATE */, &update, 1), 1);
    add(READ, 1, text, 5)->flags = 1;
    CHECK_EQUAL(complete(), 5);
    CHECK_EQUAL(text[0], 'f');
    CHECK_EQUAL(sys_io_uring_register(ring, 3 /* IORING_UNREGISTER_FILES */, NULL, 0), 0);
    CHECK_EQUAL(sys_io_uring_register(ring, 0 /* IORING_REGISTER_BUFFERS */, &buffer, 1), 0);
    text[0] = 0;
    add(4 /* IORING_OP_READ_FIXED */, files[0], text, 5);
    CHECK_EQUAL(complete(), 5);
    CHECK_EQUAL(text[0], 'f');
    CHECK_EQUAL(sys_io_uring_register(ring, 1 /* IORING_UNREGISTER_BUFFERS */, NULL, 0), 0);
    registering_with_tags();
    CHECK_EQUAL(sys_io_uring_register(ring, 4711, NULL, 0), -EINVAL);
    CHECK_EQUAL(sys_io_uring_register(files[0], 3, NULL, 0), -EOPNOTSUPP);
    CHECK_EQUAL(sys_close(files[0]), 0);
}

// A ring lives while any descriptor leads to it, whichever set it up or was used last.
static void duplicated(void) {
    static u8 parameters[2][sizeof layout];
    const int first = ring;
    const int other = (int)sys_dup(first);
    CHECK_EQUAL(sys_close(first), 0);
    int second = (int)sys_io_uring_setup(8, parameters[0]);
    CHECK_EQUAL(second, first);
    ring = other;
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(complete(), 0);
    CHECK_EQUAL(sys_close(second), 0);
    CHECK_EQUAL(sys_dup(other), first);
    CHECK_EQUAL(sys_close(other), 0);
    second = (int)sys_io_uring_setup(8, parameters[1]);
    CHECK_EQUAL(second, other);
    ring = first;
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(complete(), 0);
    CHECK_EQUAL(sys_close(second), 0);
}

#ifdef __wasm__
// What would leave the program's memory.
static void refused(void) {
    static struct {
        u8 last, length;
        u16 reserved;
        u32 reserved2[3];
        struct {
            u8 operation, reserved;
            u16 flags;
            u32 reserved2;
        } operations[64];
    } probe;
    // Attributes, which hold addresses, are of a later Linux than the program may know.
    const int file = (int)sys_memfd_create("ring", 0);
    add(READ, file, &probe, 1)->rest[2] = 1 /* IORING_RW_ATTR_FLAG_PI */;
    CHECK_EQUAL(complete(), 0);
    CHECK_EQUAL(sys_close(file), 0);
    // No more can be mapped than there is.
    CHECK_EQUAL(sys_mmap(0, 1 << 20, 3, 1, ring, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, 1 << 20, 3, 1, ring, 0x10000000), -EINVAL);
    add(MADVISE, 0, rings, 4096)->address |= (u64)1 << 40;
    CHECK_EQUAL(complete(), -EINVAL);
    struct entry* advice = add(MADVISE, 0, rings, 4096);
    advice->offset = (u64)1 << 32;  // a longer length
    advice->operation_flags = 3 /* MADV_WILLNEED */;
    CHECK_EQUAL(complete(), -EINVAL);
    add(OPENAT, -100, "/proc/self/mem", 0);
    CHECK_EQUAL(complete(), -EINVAL);
    open2("/proc/self/mem");
    CHECK_EQUAL(complete(), -EINVAL);
    add(PROVIDE_BUFFERS, 2, (void*)4096, 0xfffff000u);
    CHECK_EQUAL(complete(), -EINVAL);
    add(PROVIDE_BUFFERS, 1, NULL, 4096)->address = (u64)1 << 40;
    CHECK_EQUAL(complete(), -EINVAL);
    CHECK_EQUAL(sys_io_uring_register(ring, 8 /* IORING_REGISTER_PROBE */, &probe, 64), 0);
    CHECK_EQUAL(probe.operations[READV].flags, 1);
    CHECK_EQUAL(probe.operations[OPENAT].flags, 1);
}
#endif

void test(void) {
    open_ring();
    if (failures) return;
    around_the_rings();
    more_than_fit();
    files();
    opening();
    by_path();
    waiting();
    messages();
    registering();
    duplicated();
#ifdef __wasm__
    refused();
#endif
    const int old = ring;
    CHECK_EQUAL(sys_munmap((address)rings, layout.sq.array + layout.sq_entries * 4), 0);
    CHECK_EQUAL(sys_munmap((address)entries, 8 * sizeof *entries), 0);
    CHECK_EQUAL(sys_close(ring), 0);
    // Another ring takes its number, and begins anew.
    layout.flags = 0;
    open_ring();
    CHECK_EQUAL(ring, old);
    add(NOP, 0, NULL, 0);
    CHECK_EQUAL(complete(), 0);
}
