// SPDX-License-Identifier: BSL-1.0
//
// For programs of several cases: an argument names the one to run, and each is a test of its own.
#pragma once

#include "program.h"

WALI(__cl_get_argc) u32 cl_get_argc(void);
WALI(__cl_copy_argv) u32 cl_copy_argv(char* buffer, u32 index);

struct test_case {
    const char* name;
    void (*run)(void);
};

// CMakeLists.txt finds the names by the lines that begin with CASE.
#define CASE(function)                                                                                             \
    static void function(void);                                                                                    \
    __attribute__((used, section("cases"))) static const struct test_case case_##function = {#function, function}; \
    static void function(void)

extern const struct test_case __start_cases[], __stop_cases[];

static inline int same(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

void test(void) {
    char name[200] = "";
    CHECK_EQUAL(cl_get_argc(), 2);
    CHECK_EQUAL(cl_copy_argv(name, 1), 0);
    for (const struct test_case* one = __start_cases; one < __stop_cases; ++one)
        if (same(one->name, name)) {
            one->run();
            return;
        }
    CHECK(!"the argument names no case");
}
