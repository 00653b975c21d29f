// SPDX-License-Identifier: BSL-1.0
// For the C programs of this folder: a check that goes on after a failure, and their number.
#pragma once

#include <stdio.h>

static int failures;

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            failures++;                                                             \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                           \
    } while (0)
