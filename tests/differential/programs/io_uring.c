// SPDX-License-Identifier: BSL-1.0
// io_uring: requests and completions through rings that the program maps.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "call.h"

DECLARE(io_uring_setup, unsigned, void*);
DECLARE(io_uring_enter, int, unsigned, unsigned, unsigned, const void*, size_t);
DECLARE(io_uring_register, int, unsigned, uintptr_t, unsigned);
DECLARE(open, const char*, int, int);

struct offsets {
    unsigned head, tail, mask, entries, fourth, fifth, sixth, reserved;
    unsigned long address;
};

struct parameters {
    unsigned submissions, completions, flags, cpu, idle, features, workers, reserved[3];
    struct offsets submission, completion;
};

struct request {
    unsigned char operation, flags;
    unsigned short priority;
    int fd;
    unsigned long offset, address;
    unsigned length, options;
    unsigned long data, unused[3];
};

struct completion {
    unsigned long data;
    int result;
    unsigned flags;
};

enum { NOP = 0, READV = 1, WRITEV = 2, FSYNC = 3, POLL_ADD = 6, CLOSE = 19, READ = 22, WRITE = 23 };

static struct parameters parameters;
static char *submission_ring, *completion_ring;
static struct request* requests;
static int ring;

static unsigned* in(char* base, unsigned offset) { return (unsigned*)(base + offset); }

static void add_request(struct request request) {
    unsigned* tail = in(submission_ring, parameters.submission.tail);
    const unsigned index = *tail & *in(submission_ring, parameters.submission.mask);
    requests[index] = request;
    in(submission_ring, parameters.submission.sixth)[index] = index;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
}

/// Completions may come in any order: they are printed in that of their data.
static void show_completions(unsigned count) {
    unsigned* head = in(completion_ring, parameters.completion.head);
    const unsigned waiting = __atomic_load_n(in(completion_ring, parameters.completion.tail), __ATOMIC_ACQUIRE) - *head;
    const struct completion* all = (const struct completion*)(completion_ring + parameters.completion.fifth);
    SHOW(waiting);
    for (unsigned long data = 1; data <= count; ++data)
        for (unsigned i = 0; i < waiting; ++i) {
            const struct completion* one = all + ((*head + i) & *in(completion_ring, parameters.completion.mask));
            if (one->data != data) continue;
            SHOW(one->data);
            SHOW(one->result);
        }
    __atomic_store_n(head, *head + waiting, __ATOMIC_RELEASE);
}

static char* map(size_t size, long offset) {
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
}

static int set_up(unsigned flags) {
    parameters = (struct parameters){.flags = flags};
    ring = (int)TRY(io_uring_setup, 6, &parameters);
    if (ring < 0) return 0;
    SHOW(parameters.submissions);
    SHOW(parameters.completions);
    SHOW(parameters.features & 1 /* SINGLE_MMAP */);
    submission_ring = map(parameters.submission.sixth + parameters.submissions * 4, 0);
    completion_ring = map(parameters.completion.fifth + parameters.completions * sizeof(struct completion), 0x8000000);
    requests = (struct request*)(void*)map(parameters.submissions * sizeof(struct request), 0x10000000);
    SHOW(submission_ring != MAP_FAILED && completion_ring != MAP_FAILED && (void*)requests != MAP_FAILED);
    SHOW(*in(submission_ring, parameters.submission.entries));
    SHOW(*in(completion_ring, parameters.completion.mask));
    return 1;
}

// What the kernel has deferred happens in each wait, also in one that ends at once because something is unread: so a
// poll sees each event.
static void deferred(void) {
    const int counter = eventfd(0, 0);
    if (!set_up(0x3000 /* SINGLE_ISSUER, DEFER_TASKRUN */)) return;
    add_request((struct request){.operation = NOP, .data = 1});
    add_request(
        (struct request){.operation = POLL_ADD, .fd = counter, .length = 1 /* MULTI */, .options = POLLIN, .data = 2});
    TRY(io_uring_enter, ring, 2, 1, 1 /* GETEVENTS */, NULL, 0);
    for (int i = 0; i < 2; ++i) {
        eventfd_write(counter, 1);
        TRY(io_uring_enter, ring, 0, 1, 1, NULL, 0);
    }
    show_completions(2);
    close(ring);
    close(counter);
}

int main(void) {
    static char bytes[8], more[8];
    TRY(io_uring_setup, 0, &parameters);
    TRY(io_uring_setup, 8, BAD);
    parameters.flags = 0x80000000;
    TRY(io_uring_setup, 8, &parameters);
    deferred();
    if (!set_up(0)) return 1;
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    const struct iovec out[2] = {{"vec", 3}, {"tors", 4}}, into[2] = {{more, 2}, {more + 2, 6}};

    add_request((struct request){.operation = NOP, .data = 1});
    add_request((struct request){
        .operation = WRITE, .flags = 4 /* LINK */, .fd = fd, .address = (uintptr_t)"content", .length = 7, .data = 2});
    add_request((struct request){
        .operation = READ, .fd = fd, .offset = 3, .address = (uintptr_t)bytes, .length = 8, .data = 3});
    TRY(io_uring_enter, ring, 3, 3, 1 /* GETEVENTS */, NULL, 0);
    show_completions(3);
    SHOW_TEXT(bytes, 4);

    add_request((struct request){
        .operation = WRITEV, .flags = 4, .fd = fd, .offset = 7, .address = (uintptr_t)out, .length = 2, .data = 1});
    add_request((struct request){
        .operation = READV, .flags = 4, .fd = fd, .offset = 6, .address = (uintptr_t)into, .length = 2, .data = 2});
    add_request((struct request){.operation = FSYNC, .fd = fd, .data = 3});
    TRY(io_uring_enter, ring, 3, 3, 1, NULL, 0);
    show_completions(3);
    SHOW_TEXT(more, 8);

    add_request((struct request){.operation = 250, .data = 1});
    add_request((struct request){.operation = READ, .fd = 99, .address = (uintptr_t)bytes, .length = 1, .data = 2});
    add_request((struct request){.operation = READ, .fd = fd, .address = (uintptr_t)BAD, .length = 1, .data = 3});
    add_request((struct request){.operation = CLOSE, .fd = fd, .data = 4});
    long long submitted = CALL(io_uring_enter, ring, 4, 0, 0, NULL, 0);
    while (submitted >= 0 && submitted < 4) submitted += CALL(io_uring_enter, ring, 4, 0, 0, NULL, 0);
    TRY(io_uring_enter, ring, 0, 4, 1, NULL, 0);
    show_completions(4);
    SHOW(fcntl(fd, F_GETFD));

    TRY(io_uring_enter, ring, 0, 0, 0x80000000, NULL, 0);
    TRY(io_uring_enter, 0, 0, 0, 0, NULL, 0);
    TRY(io_uring_enter, 99, 0, 0, 0, NULL, 0);
    TRY(io_uring_register, ring, 4711, 0, 0);
    TRY(io_uring_register, 99, 0, 0, 0);
    return 0;
}
