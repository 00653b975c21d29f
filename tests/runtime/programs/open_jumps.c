// SPDX-License-Identifier: BSL-1.0
// Jumps out of opens, as the compiler lowers them: wasm exceptions. descriptors.c has those by import.
#include "program.h"

struct jump {
    u32 buffer[4];
};

int setjmp(struct jump* env) __attribute__((returns_twice));
_Noreturn void longjmp(struct jump* env, int value);

static struct jump back;

#include "open_jumps.h"

void test(void) { jumps_out_of_open(); }
