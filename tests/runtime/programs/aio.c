// SPDX-License-Identifier: BSL-1.0
// Linux AIO. The same source runs natively, where it must pass, too.
#ifdef __wasm__
#include "signals.h"
#endif
#include "aio.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

#define EINPROGRESS 115

struct event {
    u64 data, operation;
    i64 result, result2;
};

struct iovec {
    void* base;
    address length;
};

static u64 context;
static i64 no_time[2];

static struct operation make(u16 opcode, int fd, const void* buffer, u64 length, i64 offset) {
    return (struct operation){
        .data = 7, .opcode = opcode, .fd = (u32)fd, .buffer = (address)buffer, .length = length, .offset = offset};
}

// Submits one operation and returns its result.
static i64 run(struct operation* operation) {
    struct operation* list[1] = {operation};
    struct event event = {0, 0, 0, 0};
    const i64 submitted = sys_io_submit(context, 1, list);
    if (submitted != 1) return submitted;
    CHECK_EQUAL(sys_io_getevents(context, 1, 1, &event, NULL), 1);
    CHECK_EQUAL(event.data, 7);
    CHECK_EQUAL(event.operation, (address)operation);
    return event.result;
}

static void files(void) {
    char text[8] = "";
    char first[4] = "";
    char second[4] = "";
    struct iovec vector[2] = {{first, 2}, {second, 3}};
    const int file = (int)sys_openat(-100, "/tmp", 0x410002 /* O_TMPFILE | O_RDWR */, 0600);
    CHECK(file >= 0);
    struct operation operation = make(PWRITE, file, "hello", 5, 0);
    CHECK_EQUAL(run(&operation), 5);
    operation = make(PREAD, file, text, 8, 1);
    CHECK_EQUAL(run(&operation), 4);
    CHECK(text[0] == 'e' && text[3] == 'o');
    operation = make(PREADV, file, vector, 2, 0);
    CHECK_EQUAL(run(&operation), 5);
    CHECK(first[1] == 'e' && second[2] == 'o');
    operation = make(PWRITEV, file, vector, 2, 5);
    CHECK_EQUAL(run(&operation), 5);
    operation = make(PREADV, file, vector, (u64)1 << 32 | 2, 0);  // the upper half is ignored
    CHECK_EQUAL(run(&operation), 5);
    operation = make(PREADV, file, vector, 1025, 0);
    CHECK_EQUAL(run(&operation), -EINVAL);
    operation = make(PREADV, file, (void*)(address)0xfffff000, 1, 0);
    CHECK_EQUAL(run(&operation), -EFAULT);
    operation = make(PREAD, file, (void*)(address)0xfffff000, 8, 0);
    CHECK_EQUAL(run(&operation), -EFAULT);
    operation.buffer = (address)text ^ (u64)1 << 40;
    CHECK_EQUAL(run(&operation), -EFAULT);
    operation = make(PREAD, file, text, 1, 0);
    operation.key = 4711;
    CHECK_EQUAL(run(&operation), 1);
    CHECK_EQUAL(operation.key, 0);
    operation = make(PREAD, -1, text, 8, 0);
    CHECK_EQUAL(run(&operation), -EBADF);
    operation = make(4711, file, text, 8, 0);
    CHECK_EQUAL(run(&operation), -EINVAL);
    CHECK_EQUAL(sys_close(file), 0);
}

static void many(void) {
    static struct operation operations[100];
    static struct operation* list[100];
    static struct event events[100];
    static char bytes[100];
    const int zero = (int)sys_openat(-100, "/dev/zero", 0, 0);
    for (int i = 0; i < 100; ++i) {
        bytes[i] = 1;
        operations[i] = make(PREAD, zero, &bytes[i], 1, 0);
        operations[i].data = (u64)i;
        list[i] = &operations[i];
    }
    CHECK_EQUAL(sys_io_submit(context, 100, list), 100);
    CHECK_EQUAL(sys_io_getevents(context, 100, 100, events, NULL), 100);
    for (int i = 0; i < 100; ++i) {
        CHECK_EQUAL(events[i].operation, (address)&operations[events[i].data]);
        CHECK_EQUAL(bytes[i], 0);
    }
    // What comes before the wrong one is started.
    list[3] = (struct operation*)(address)0xfffff000;
    CHECK_EQUAL(sys_io_submit(context, 5, list), 3);
    CHECK_EQUAL(sys_io_getevents(context, 3, 3, events, NULL), 3);
    CHECK_EQUAL(sys_io_submit(context, 1, &list[3]), -EFAULT);
    CHECK_EQUAL(sys_close(zero), 0);
}

static void waiting(void) {
    struct event event;
    int ends[2];
    u64 mask = 0;
    struct {
        void* mask;
        address size;
    } signals = {&mask, sizeof mask};
    CHECK_EQUAL(sys_pipe2(ends, 0), 0);
    CHECK_EQUAL(sys_io_getevents(context, 1, 1, &event, no_time), 0);
    CHECK_EQUAL(sys_io_pgetevents(context, 1, 1, &event, no_time, &signals), 0);
    signals.size = 4;
    CHECK_EQUAL(sys_io_pgetevents(context, 1, 1, &event, no_time, &signals), -EINVAL);
    CHECK_EQUAL(sys_io_getevents(context, 2, 1, &event, no_time), -EINVAL);
    struct operation poll = make(POLL, ends[0], (void*)1 /* POLLIN */, 0, 0);
    struct operation* list[1] = {&poll};
    CHECK_EQUAL(sys_io_submit(context, 1, list), 1);
    CHECK_EQUAL(sys_io_getevents(context, 0, 1, &event, no_time), 0);
    CHECK_EQUAL(sys_write(ends[1], "x", 1), 1);
    CHECK_EQUAL(sys_io_getevents(context, 1, 1, &event, NULL), 1);
    CHECK_EQUAL(event.result & 1, 1);
    char byte;
    CHECK_EQUAL(sys_read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(sys_io_submit(context, 1, list), 1);
    CHECK_EQUAL(sys_io_cancel(context, &poll, &event), -EINPROGRESS);
    CHECK_EQUAL(sys_io_getevents(context, 1, 1, &event, NULL), 1);
    CHECK_EQUAL(sys_io_cancel(context, &poll, &event), -EINVAL);
    CHECK_EQUAL(sys_close(ends[0]) | sys_close(ends[1]), 0);
}

#ifdef __wasm__
static void on_signal(int signal) { (void)signal; }

static void with_a_mask(void) {
    u64 none = 0;
    struct event event;
    const i64 minute[2] = {60, 0};
    struct {
        void* mask;
        address size;
    } signals = {&none, sizeof none};
    CHECK_EQUAL(install(USR1, (u32)on_signal, 0), 0);
    block(BIT(USR1));
    CHECK_EQUAL(sys_kill((int)sys_getpid(), USR1), 0);
    CHECK_EQUAL(sys_io_pgetevents(context, 1, 1, &event, (void*)minute, &signals), -EINTR);
}
#endif

void test(void) {
    struct event event;
    context = 5;
    CHECK_EQUAL(sys_io_setup(100, &context), -EINVAL);
    context = 0;
    CHECK_EQUAL(sys_io_setup(0, &context), -EINVAL);
    CHECK_EQUAL(sys_io_setup(100, NULL), -EFAULT);
    CHECK_EQUAL(sys_io_setup(100, &context), 0);
    files();
    many();
    waiting();
#ifdef __wasm__
    with_a_mask();
#endif
    CHECK_EQUAL(sys_io_destroy(context), 0);
    CHECK_EQUAL(sys_io_destroy(context), -EINVAL);
    CHECK_EQUAL(sys_io_getevents(context, 0, 1, &event, no_time), -EINVAL);
    CHECK_EQUAL(sys_io_submit(4711, 0, NULL), -EINVAL);
}
