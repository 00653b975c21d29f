// SPDX-License-Identifier: BSL-1.0
// Locks whose owner ends, and waiting for several words.
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "call.h"

struct entry {
    struct entry* next;
    int word;
};

struct head {
    struct entry* first;
    long offset;
    struct entry* pending;
};

struct waiter {
    unsigned long value, address;
    unsigned flags, reserved;
};

DECLARE(set_robust_list, struct head*, size_t);
DECLARE(get_robust_list, int, struct head**, size_t*);
DECLARE(futex_waitv, struct waiter*, unsigned, unsigned, const struct timespec*, int);
DECLARE(gettid, void);
DECLARE(exit_group, int);

struct shared {
    struct head head;
    struct entry entries[3];
};

static void robust(void) {
    struct shared* shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return;
    const int child = fork();
    if (child == 0) {
        const int self = (int)CALL(gettid);
        struct head* head = &shared->head;
        struct entry* entries = shared->entries;
        *head = (struct head){entries, offsetof(struct entry, word), entries + 2};
        entries[0] = (struct entry){entries + 1, self};
        entries[1] = (struct entry){(struct entry*)head, self | (int)0x80000000};
        entries[2] = (struct entry){NULL, self};
        TRY(set_robust_list, head, sizeof *head);
        struct head* got = NULL;
        size_t size = 0;
        TRY(get_robust_list, 0, &got, &size);
        SHOW(got == head);
        SHOW(size == sizeof *head);
        CALL(exit_group, 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    SHOW(status);
    SHOW(shared->entries[0].word);
    SHOW(shared->entries[1].word);
    SHOW(shared->entries[2].word);
    size_t size;
    struct head* got;
    TRY(set_robust_list, &shared->head, 5);
    TRY(get_robust_list, 0, BAD, &size);
    TRY(get_robust_list, 0, &got, BAD);
}

static void several_words(void) {
    static int words[3] = {1, 2, 3};
    struct waiter waiters[3];
    struct timespec past = {1, 0}, wrong = {0, -1};
    for (int i = 0; i < 3; ++i)
        waiters[i] = (struct waiter){(unsigned long)words[i], (uintptr_t)(words + i), 2 /* 32 bits */, 0};
    TRY(futex_waitv, waiters, 3, 0, &past, CLOCK_MONOTONIC);
    TRY(futex_waitv, waiters, 3, 0, &past, CLOCK_REALTIME);
    words[1] = 7;
    TRY(futex_waitv, waiters, 3, 0, NULL, CLOCK_MONOTONIC);
    words[1] = 2;
    TRY(futex_waitv, waiters, 3, 0, &wrong, CLOCK_MONOTONIC);
    TRY(futex_waitv, waiters, 3, 0, BAD, CLOCK_MONOTONIC);
    TRY(futex_waitv, waiters, 3, 0, &past, 99);
    TRY(futex_waitv, waiters, 3, 1, &past, CLOCK_MONOTONIC);
    TRY(futex_waitv, waiters, 0, 0, &past, CLOCK_MONOTONIC);
    TRY(futex_waitv, waiters, 129, 0, &past, CLOCK_MONOTONIC);
    TRY(futex_waitv, BAD, 1, 0, &past, CLOCK_MONOTONIC);
    waiters[0].address = (uintptr_t)BAD;
    TRY(futex_waitv, waiters, 1, 0, &past, CLOCK_MONOTONIC);
    waiters[1].flags = 99;
    TRY(futex_waitv, waiters + 1, 1, 0, &past, CLOCK_MONOTONIC);
    waiters[2].reserved = 1;
    TRY(futex_waitv, waiters + 2, 1, 0, &past, CLOCK_MONOTONIC);
}

int main(void) {
    robust();
    several_words();
    return 0;
}
