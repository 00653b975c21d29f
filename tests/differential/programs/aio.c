// SPDX-License-Identifier: BSL-1.0
// Linux's asynchronous input and output: requests in a context, completions out of it.
#include <fcntl.h>
#include <sys/uio.h>
#include <time.h>

#include "call.h"

struct request {
    unsigned long data;
    unsigned key, options;
    unsigned short operation;
    short priority;
    unsigned fd;
    unsigned long address, length;
    long offset;
    unsigned long unused;
    unsigned flags, event;
};

struct completion {
    unsigned long data, request;
    long result, second;
};

// The address of a mask and its size.
struct mask {
    const void* set;
    size_t size;
};

DECLARE(io_setup, unsigned, unsigned long*);
DECLARE(io_destroy, unsigned long);
DECLARE(io_submit, unsigned long, long, struct request**);
DECLARE(io_cancel, unsigned long, struct request*, struct completion*);
DECLARE(io_getevents, unsigned long, long, long, struct completion*, const struct timespec*);
DECLARE(io_pgetevents, unsigned long, long, long, struct completion*, const struct timespec*, const struct mask*);
DECLARE(open, const char*, int, int);

enum { READ, WRITE, FSYNC, READV = 7 };

static struct completion completions[4];

/// Completions may come in any order: they are printed in that of their data.
static void show(long long count, struct request* first) {
    for (unsigned long data = 1; data <= 4; ++data)
        for (long long i = 0; i < count; ++i) {
            if (completions[i].data != data) continue;
            SHOW(completions[i].data);
            SHOW(completions[i].result);
            SHOW(completions[i].request == (uintptr_t)(first + data - 1));
        }
}

int main(void) {
    static char bytes[8], more[8];
    unsigned long context = 0;
    const struct timespec zero = {0, 0}, wrong = {0, -1};
    TRY(io_setup, 0, &context);
    TRY(io_setup, 8, BAD);
    if (TRY(io_setup, 8, &context) != 0) return 1;
    SHOW(context != 0);
    TRY(io_setup, 8, &context);
    const unsigned fd = (unsigned)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    if (write((int)fd, "0123456789", 10) != 10) return 1;

    const struct iovec parts[2] = {{more, 2}, {more + 4, 3}};
    struct request requests[4] = {
        {.data = 1, .operation = WRITE, .fd = fd, .address = (uintptr_t)"written", .length = 7, .offset = 20},
        {.data = 2, .operation = READ, .fd = fd, .address = (uintptr_t)bytes, .length = 5, .offset = 3},
        {.data = 3, .operation = READV, .fd = fd, .address = (uintptr_t)parts, .length = 2, .offset = 1},
        {.data = 4, .operation = READ, .fd = fd, .address = (uintptr_t)bytes, .length = 5, .offset = 1000}};
    struct request* pointers[4] = {requests, requests + 1, requests + 2, requests + 3};
    TRY(io_submit, context, 4, pointers);
    show(TRY(io_getevents, context, 4, 4, completions, NULL), requests);
    SHOW_TEXT(bytes, 5);
    SHOW_TEXT(more, 7);
    TRY(io_getevents, context, 0, 4, completions, &zero);
    TRY(io_getevents, context, 1, 4, completions, &zero);
    TRY(io_getevents, context, 0, 4, completions, &wrong);
    TRY(io_getevents, context, 2, 1, completions, &zero);
    TRY(io_getevents, context, -1, 1, completions, &zero);

    struct request bad[3] = {{.data = 1, .operation = 99, .fd = fd},
                             {.data = 2, .operation = READ, .fd = 99, .address = (uintptr_t)bytes, .length = 1},
                             {.data = 3, .operation = READ, .fd = fd, .address = (uintptr_t)BAD, .length = 1}};
    for (int i = 0; i < 3; ++i) {
        pointers[0] = bad + i;
        TRY(io_submit, context, 1, pointers);
    }
    const long long failed = TRY(io_getevents, context, 0, 4, completions, &zero);
    if (failed > 0) SHOW(completions[0].result);
    pointers[0] = BAD;
    TRY(io_submit, context, 1, pointers);
    TRY(io_submit, context, 1, BAD);
    TRY(io_submit, context, -1, pointers);
    TRY(io_submit, context, 0, pointers);
    TRY(io_submit, 99999, 0, pointers);

    const unsigned long none = 0;
    const struct mask mask = {&none, 8}, wrong_mask = {&none, 4};
    TRY(io_pgetevents, context, 0, 4, completions, &zero, &mask);
    TRY(io_pgetevents, context, 0, 4, completions, &zero, NULL);
    TRY(io_pgetevents, context, 0, 4, completions, &zero, &wrong_mask);
    TRY(io_pgetevents, context, 0, 4, completions, &zero, BAD);
    TRY(io_cancel, context, requests, completions);
    TRY(io_cancel, context, BAD, completions);
    TRY(io_cancel, 99999, requests, completions);
    TRY(io_destroy, 99999);
    TRY(io_destroy, context);
    TRY(io_destroy, context);
    return 0;
}
