// SPDX-License-Identifier: BSL-1.0
// Counters as descriptors.
#include <fcntl.h>
#include <sys/eventfd.h>

#include "call.h"

DECLARE(eventfd, unsigned);
DECLARE(eventfd2, unsigned, int);
DECLARE(read, int, void*, size_t);
DECLARE(write, int, const void*, size_t);
DECLARE(fcntl, int, int, unsigned long);

int main(void) {
    unsigned long long value = 99;
    const int plain = (int)TRY(eventfd, 7);
    TRY(read, plain, &value, 8);
    SHOW(value);
    const int fd = (int)TRY(eventfd2, 3, EFD_NONBLOCK | EFD_CLOEXEC);
    TRY(fcntl, fd, F_GETFD, 0);
    value = 5;
    TRY(write, fd, &value, 8);
    TRY(read, fd, &value, 8);
    SHOW(value);
    TRY(read, fd, &value, 8);
    TRY(read, fd, &value, 4);
    value = ~0ULL;
    TRY(write, fd, &value, 8);
    value = ~0ULL - 1;
    TRY(write, fd, &value, 8);
    TRY(write, fd, &value, 8);
    TRY(write, fd, &value, 7);
    TRY(write, fd, BAD, 8);
    const int semaphore = (int)TRY(eventfd2, 2, EFD_SEMAPHORE | EFD_NONBLOCK);
    TRY(read, semaphore, &value, 8);
    SHOW(value);
    TRY(read, semaphore, BAD, 8);
    TRY(read, semaphore, &value, 8);
    TRY(read, semaphore, &value, 8);
    TRY(eventfd2, 0, 0x10000);
    return 0;
}
