// SPDX-License-Identifier: BSL-1.0
// What malloc and its family give, in one thread, in many, and after fork; and the functions that look through memory.
// Also built natively, where what it expects is known to be right.

#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { Threads = 4 };

// The same numbers everywhere.
static uint32_t next(uint32_t* random) { return (*random = *random * 1664525U + 1013904223U) >> 8; }

static bool is_filled(const unsigned char* bytes, size_t size, unsigned char value) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value) return false;
    return true;
}

// --- blocks: the first byte says what all are filled with, and the size is that of malloc_usable_size ---

static void* fill(void* block, unsigned char value) {
    if (block) memset(block, value, malloc_usable_size(block));
    return block;
}

static bool is_whole(unsigned char* block) { return block && is_filled(block, malloc_usable_size(block), block[0]); }

static unsigned char* new_block(uint32_t* random) {
    const size_t size = 1 + next(random) % (next(random) % 8 ? 200 : 3000);
    const size_t alignment = (size_t)16 << next(random) % 6;
    unsigned char* block = NULL;
    switch (next(random) % 4) {
        case 0:
            block = calloc(1, size);
            CHECK(block && is_filled(block, size, 0));
            break;
        case 1:
            block = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
            CHECK((uintptr_t)block % alignment == 0);
            break;
        default: block = malloc(size);
    }
    CHECK(block && (uintptr_t)block % 16 == 0 && malloc_usable_size(block) >= size);
    return fill(block, (unsigned char)next(random));
}

static unsigned char* resized(unsigned char* block, uint32_t* random) {
    const unsigned char value = block[0];
    const size_t old = malloc_usable_size(block);
    const size_t size = 1 + next(random) % 600;
    block = realloc(block, size);
    CHECK(block && is_filled(block, size < old ? size : old, value));
    return fill(block, value);
}

static void blocks_are_as_large_as_they_say_and_keep_what_is_in_them(void) {
    enum { Blocks = 500 };
    static unsigned char* blocks[Blocks];
    uint32_t random = 1;
    for (int turn = 0; turn < 40000; turn++) {
        unsigned char** block = &blocks[next(&random) % Blocks];
        CHECK(!*block || is_whole(*block));
        if (*block && next(&random) % 4 == 0) {
            *block = resized(*block, &random);
        } else {
            free(*block);
            *block = next(&random) % 4 ? new_block(&random) : NULL;
        }
    }
    for (int i = 0; i < Blocks; i++) {
        CHECK(!blocks[i] || is_whole(blocks[i]));
        free(blocks[i]);
        blocks[i] = NULL;
    }
}

static unsigned char* _Atomic exchanged[64];

static void* exchange_blocks(void* seed) {
    uint32_t random = (uint32_t)(uintptr_t)seed;
    for (int turn = 0; turn < 20000; turn++) {
        unsigned char* block = atomic_exchange(&exchanged[next(&random) % 64], new_block(&random));
        CHECK(!block || is_whole(block));
        free(block);
    }
    return NULL;
}

static void threads_free_what_others_have_allocated(void) {
    pthread_t threads[Threads];
    for (uintptr_t i = 0; i < Threads; i++) CHECK(!pthread_create(&threads[i], NULL, exchange_blocks, (void*)(i + 2)));
    for (int i = 0; i < Threads; i++) CHECK(!pthread_join(threads[i], NULL));
    for (int i = 0; i < 64; i++) {
        CHECK(!exchanged[i] || is_whole(exchanged[i]));
        free(exchanged[i]);
        exchanged[i] = NULL;
    }
}

static atomic_bool stop;

static void* exchange_until_stopped(void* seed) {
    while (!stop) exchange_blocks(seed);
    return NULL;
}

static void children_of_threads_that_allocate_can_allocate(void) {
    pthread_t threads[2];
    for (uintptr_t i = 0; i < 2; i++) CHECK(!pthread_create(&threads[i], NULL, exchange_until_stopped, (void*)(i + 7)));
    for (int i = 0; i < 20; i++) {
        const pid_t child = fork();
        if (child == 0) {
            blocks_are_as_large_as_they_say_and_keep_what_is_in_them();
            _exit(failures != 0);
        }
        int status = -1;
        CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    }
    stop = true;
    for (int i = 0; i < 2; i++) CHECK(!pthread_join(threads[i], NULL));
}

static void* free_many(void* unused) {
    enum { Blocks = 16 };
    unsigned char* blocks[Blocks];
    for (size_t size = 12; size < 1024; size += size / 8 + 8) {
        for (int i = 0; i < Blocks; i++) blocks[i] = fill(malloc(size), 1);
        for (int i = 0; i < Blocks; i++) free(blocks[i]);
    }
    return unused;
}

static void threads_leave_no_memory_behind(void) {
    struct rusage before, after;
    for (int i = 0; i < 1000; i++) {
        if (i == 10) CHECK(!getrusage(RUSAGE_SELF, &before));
        pthread_t thread;
        CHECK(!pthread_create(&thread, NULL, free_many, NULL));
        CHECK(!pthread_join(thread, NULL));
    }
    CHECK(!getrusage(RUSAGE_SELF, &after));
    CHECK(after.ru_maxrss - before.ru_maxrss < 10L << 10);
}

static void a_second_free_ends_the_program(void) {
    void* volatile blocks[20];
    for (int i = 0; i < 20; i++) {
        const pid_t child = fork();
        if (child == 0) {
            setrlimit(RLIMIT_CORE, &(struct rlimit){0});
            close(STDERR_FILENO);
            for (int k = 0; k < 20; k++) blocks[k] = fill(malloc(40), 0);
            free(blocks[i]);
            free(blocks[i]);
            _exit(0);
        }
        int status = 0;
        CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    }
}

// --- looking through memory, at every alignment and up to a page that is not there ---

static size_t (*volatile length)(const char*) = strlen;
static void* (*volatile find)(const void*, int, size_t) = memchr;
static char* (*volatile find_or_end)(const char*, int) = strchrnul;
static int (*volatile compare)(const void*, const void*, size_t) = memcmp;

// Bytes that differ in one bit, and whose sums and differences carry.
static const unsigned char special[] = {0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff};

static void check_search(const unsigned char* bytes, size_t size, int wanted) {
    size_t at = 0;
    while (at < size && bytes[at] != (unsigned char)wanted) at++;
    CHECK(find(bytes, wanted, size) == (at < size ? bytes + at : NULL));
    size_t end = 0;
    while (end < size && bytes[end]) end++;
    if (end == size) return;
    CHECK(length((const char*)bytes) == end);
    CHECK(find_or_end((const char*)bytes, wanted) == (const char*)bytes + (at < end ? at : end));
}

static int sign(int value) { return (value > 0) - (value < 0); }

static void check_order(const unsigned char* a, const unsigned char* b, size_t size) {
    size_t at = 0;
    while (at < size && a[at] == b[at]) at++;
    CHECK(sign(compare(a, b, size)) == (at < size ? sign(a[at] - b[at]) : 0));
}

static void searches_and_comparisons_look_at_what_they_are_given(void) {
    enum { Page = 4096, Longest = 40 };
    unsigned char* const memory = mmap(NULL, 3 * Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED && !mprotect(memory, Page, PROT_NONE) && !mprotect(memory + 2 * Page, Page, PROT_NONE));
    uint32_t random = 1;
    for (int turn = 0; turn < 100000; turn++) {
        const size_t size = next(&random) % Longest;
        unsigned char* places[] = {memory + Page, memory + 2 * Page - size, memory + Page + 1 + next(&random) % 64};
        unsigned char* bytes = places[next(&random) % 3];
        const uint32_t kinds = next(&random) % 2 ? 8 : 2;  // also runs of zeros and ones
        if (bytes > memory + Page) bytes[-1] = special[next(&random) % 8];
        for (size_t i = 0; i < size; i++) bytes[i] = special[next(&random) % kinds];
        check_search(bytes, size, special[next(&random) % 8] - (next(&random) % 2 ? 256 : 0));
        unsigned char other[Longest + 8];
        unsigned char* copy = other + next(&random) % 8;
        memcpy(copy, bytes, size);
        if (size) copy[next(&random) % size] = special[next(&random) % 8];
        check_order(bytes, copy, size);
    }
    CHECK(!munmap(memory, 3 * Page));
}

int main(void) {
    blocks_are_as_large_as_they_say_and_keep_what_is_in_them();
    threads_free_what_others_have_allocated();
    children_of_threads_that_allocate_can_allocate();
    threads_leave_no_memory_behind();
    a_second_free_ends_the_program();
    searches_and_comparisons_look_at_what_they_are_given();
    if (failures == 0) puts("ok");
    return failures != 0;
}
