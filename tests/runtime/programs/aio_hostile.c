// SPDX-License-Identifier: BSL-1.0
// One operation of Linux's AIO that two threads submit at once, each in another form: the kernel must never take half
// of one and half of the other, which would make an address of the program one of the host's.
#include "aio.h"
#include "threads.h"

WALI(SYS_lseek) i64 sys_lseek(int fd, i64 offset, int whence);

enum { SEEK_END = 2, ROUNDS = 100000 };

// As the kernel would find it if it took the program's bytes for vectors of its own.
#define MEMORY_BASE 0x40000000ull
static const char canary[64] = "of the host";
static struct {
    u64 base, length;
} native;
static struct {
    u32 base, length;
} guest;

static u64 context;
static int file;
// So that the code is in one line of the cache, and the address in the next.
static _Alignas(64) u8 lines[192];
static struct operation* const operation = (void*)(lines + 40);

static void submit(u32 is_vector) {
    for (u32 i = 0; i < ROUNDS; ++i) {
        struct operation* list[1] = {operation};
        u64 events[8][4];
        i64 no_time[2] = {0, 0};
        *operation = (struct operation){.opcode = is_vector ? PWRITEV : PWRITE,
                                        .fd = (u32)file,
                                        .buffer = is_vector ? (u32)&guest : (u32)&native,
                                        .length = 1};
        sys_io_submit(context, 1, list);
        sys_io_getevents(context, 0, 8, events, no_time);
    }
}

void test(void) {
    native.base = MEMORY_BASE + (u32)canary;
    native.length = sizeof canary;
    guest.base = (u32) "x";
    guest.length = 1;
    file = (int)sys_openat(-100, "/tmp", 0x410002 /* O_TMPFILE | O_RDWR */, 0600);
    CHECK(file >= 0);
    CHECK_EQUAL(sys_io_setup(256, &context), 0);
    CHECK(thread_start(0, submit, 0) > 0);
    CHECK(thread_start(1, submit, 1) > 0);
    thread_join(0);
    thread_join(1);
    CHECK_EQUAL(sys_lseek(file, 0, SEEK_END), 1);
    CHECK_EQUAL(sys_io_destroy(context), 0);
    CHECK_EQUAL(sys_close(file), 0);
}
