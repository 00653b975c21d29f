// SPDX-License-Identifier: BSL-1.0
// qsort as programs know it from glibc: elements that are equal keep their order, comparisons are few, all elements are
// in the array whenever two are compared, and it needs no memory.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

// Memory that the tests can withhold.
static _Alignas(16) unsigned char heap[1 << 20];
static size_t used;
static bool withheld;

void* malloc(size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (withheld || size > sizeof heap - used) return NULL;
    used += size;
    return heap + used - size;
}
void free(void* block) { (void)block; }
void* calloc(size_t count, size_t size) { return malloc(count * size); }
void* realloc(void* block, size_t size) {
    void* other = malloc(size);
    if (other && block) memmove(other, block, size);
    return other;
}

enum { Most = 1000, Widest = 40 };
static unsigned char elements[Most * Widest];
static size_t count, width;

// An element: a key of which there are few, then its place at the start, as far as there is room.
static unsigned char* element(size_t place) { return elements + place * width; }
static size_t place_in(const unsigned char* value) {
    return width == 2 ? value[1] : (size_t)(value[1] | value[2] << 8);
}

static size_t comparisons;
static int by_key(const void* a, const void* b) {
    comparisons++;
    return *(const unsigned char*)a - *(const unsigned char*)b;
}

static void fill(size_t elements_of, size_t bytes_of) {
    count = elements_of;
    width = bytes_of;
    for (size_t place = 0; place < count; place++) {
        unsigned char* const value = element(place);
        memset(value, (int)place, width);
        value[0] = (unsigned char)(place * 7919 % 13);
        if (width > 1) value[1] = (unsigned char)place;
        if (width > 2) value[2] = (unsigned char)(place >> 8);
    }
}

static bool is_sorted(bool stable) {
    for (size_t place = 1; place < count; place++) {
        const unsigned char *const before = element(place - 1), *const value = element(place);
        if (before[0] > value[0]) return false;
        if (stable && width > 2 && before[0] == value[0] && place_in(before) >= place_in(value)) return false;
    }
    return true;
}

// Each is there once, and whole.
static bool are_all_there(void) {
    static bool seen[Most];
    if (width < 3) return true;
    memset(seen, 0, sizeof seen);
    for (size_t place = 0; place < count; place++) {
        const unsigned char* const value = element(place);
        const size_t from = place_in(value);
        if (from >= count || seen[from] || value[0] != from * 7919 % 13) return false;
        for (size_t byte = 3; byte < width; byte++)
            if (value[byte] != (unsigned char)from) return false;
        seen[from] = true;
    }
    return true;
}

static void equal_elements_keep_their_order(void) {
    static const size_t counts[] = {0, 1, 2, 3, 10, 127, Most};
    for (size_t bytes = 1; bytes <= Widest; bytes++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            used = 0;
            fill(counts[i], bytes);
            qsort(elements, count, width, by_key);
            CHECK(is_sorted(true) && are_all_there());
        }
    }
}

static void comparisons_are_few(void) {
    used = 0;
    fill(Most, 8);
    comparisons = 0;
    qsort(elements, count, width, by_key);
    CHECK(comparisons > Most && comparisons < Most * 11);  // log2(1000) is 10
}

static int watching(const void* a, const void* b, void* losses) {
    if (!are_all_there()) ++*(int*)losses;
    return by_key(a, b);
}

static void nothing_is_out_of_the_array_during_a_comparison(void) {
    int losses = 0;
    used = 0;
    fill(200, 16);
    qsort_r(elements, count, width, watching, &losses);
    CHECK(losses == 0 && is_sorted(true));
}

static void no_memory_is_needed(void) {
    errno = 0;
    withheld = true;
    for (size_t bytes = 3; bytes <= Widest; bytes++) {
        fill(Most, bytes);
        qsort(elements, count, width, by_key);
        CHECK(is_sorted(false) && are_all_there());
    }
    withheld = false;
    CHECK(errno == 0);
}

int main(void) {
    equal_elements_keep_their_order();
    comparisons_are_few();
    nothing_is_out_of_the_array_during_a_comparison();
    no_memory_is_needed();
    if (failures == 0) puts("ok");
    return failures != 0;
}
